import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Threads that start together.
enum Threads {
  private final class Times: Sendable {
    let started = Atomic(0)
    let first = Atomic(Int.max)
    let last = Atomic(0)
    let sink = Atomic<UInt64>(0)
  }

  static var now: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  /// Runs a function on a number of threads, at most as many as there are processors.
  ///
  /// - Returns: The nanoseconds from when all threads were there to when the last ended.
  static func run(_ count: Int, _ body: @escaping @Sendable (Int) -> UInt64) -> Double {
    let times = Times()
    DispatchQueue.concurrentPerform(iterations: count) { thread in
      times.started.add(1, ordering: .relaxed)
      while times.started.load(ordering: .relaxed) < count {}
      times.first.min(now, ordering: .relaxed)
      let sum = body(thread)
      times.last.max(now, ordering: .relaxed)
      times.sink.wrappingAdd(sum, ordering: .relaxed)
    }
    return Double(times.last.load(ordering: .relaxed) - times.first.load(ordering: .relaxed))
  }
}
