import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Threads that start together.
enum Threads {
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private static let ready = Atomic<Int>(0)
  private static let go = Atomic<Bool>(false)

  static func now() -> UInt64 { nanoseconds() }

  /// Runs a function on `count` threads at once; returns the nanoseconds from the start to the end of the last.
  static func measure(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) -> Double {
    ready.store(0, ordering: .sequentiallyConsistent)
    go.store(false, ordering: .sequentiallyConsistent)
    if count == 1 {
      let start = now()
      body(0)
      return Double(now() - start)
    }
    // The calling thread is one of them, as in the peers' harness.
    var threads: [pthread_t] = []
    for number in 1..<count {
      #if canImport(Darwin)
        var thread: pthread_t?
      #else
        var thread = pthread_t()
      #endif
      let start = Body {
        ready.add(1, ordering: .sequentiallyConsistent)
        while !go.load(ordering: .acquiring) {}
        body(number)
      }
      pthread_create(
        &thread, nil,
        { argument in
          #if canImport(Darwin)
            Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
          #else
            Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
          #endif
          return nil
        }, Unmanaged.passRetained(start).toOpaque())
      #if canImport(Darwin)
        threads.append(thread!)
      #else
        threads.append(thread)
      #endif
    }
    while ready.load(ordering: .acquiring) < count - 1 { sched_yield() }
    let start = now()
    go.store(true, ordering: .releasing)
    body(0)
    for thread in threads { pthread_join(thread, nil) }
    return Double(now() - start)
  }

  private static func nanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
