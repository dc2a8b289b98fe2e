import CBelay
import Dispatch
import TestSupport

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Runs the steps of a few threads in every order.
///
/// Debug builds call `belay_step` at the places of `HandleStep`. A thread that gets there waits until the explorer lets it go on, so that one thread runs at a
/// time, and the explorer chooses which, depth first, until all choices have been made. A thread that waits for a lock counts as blocked, and is asked again
/// after the others' next step.
final class Interleavings: @unchecked Sendable {
  // Sendable holds because all state is reached under the lock.
  nonisolated(unsafe) private static var current: Interleavings?

  private enum State { case running, parked, blocked, finished }

  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var states: [State] = []
  private var numbers: [UInt64: Int] = [:]
  private var gates: [DispatchSemaphore] = []
  private let changed = DispatchSemaphore(value: 0)

  private init() { pthread_mutex_init(lock, nil) }

  /// - Parameters:
  ///   - limit: Orders that are tried at most.
  ///   - scenario: Makes what one run needs: the threads' bodies, and a check of what they left.
  /// - Returns: How many orders there were, or nil if the limit ended the search.
  static func explore(limit: Int, _ scenario: () -> (threads: [@Sendable () -> Void], check: () -> Void)) -> Int? {
    var path: [(chosen: Int, of: Int)] = []
    var orders = 0
    while orders < limit {
      orders += 1
      let (threads, check) = scenario()
      let run = Interleavings()
      current = run
      path = run.perform(threads, following: path.map(\.chosen))
      current = nil
      check()
      while let last = path.last, last.chosen + 1 == last.of { path.removeLast() }
      guard let last = path.popLast() else { return orders }
      path.append((last.chosen + 1, last.of))
    }
    return nil
  }

  /// Runs the threads' steps in one order, chosen at random; for what happens once in a process.
  static func once(seed: UInt64, _ threads: [@Sendable () -> Void]) {
    var random = SeededRandom(seed: seed)
    let run = Interleavings()
    current = run
    _ = run.perform(threads, following: (0..<200).map { _ in Int.random(in: 0..<threads.count, using: &random) })
    current = nil
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return body()
  }

  private func perform(_ threads: [@Sendable () -> Void], following plan: [Int]) -> [(chosen: Int, of: Int)] {
    states = threads.map { _ in .running }
    gates = threads.map { _ in DispatchSemaphore(value: 0) }
    let handles = threads.indices.map { index in
      Thread.run {
        self.locked { self.numbers[Thread.number] = index }
        belay_step_hook { _ in Interleavings.current?.park() }
        self.park()
        threads[index]()
        self.locked {
          self.states[index] = .finished
          self.numbers[Thread.number] = nil
        }
        self.changed.signal()
      }
    }
    var path: [(chosen: Int, of: Int)] = []
    while true {
      settle()
      let ready = locked { states.indices.filter { states[$0] == .parked } }
      if ready.isEmpty {
        if locked({ states.allSatisfy { $0 == .finished } }) { break }
        continue
      }
      let chosen = path.count < plan.count ? min(plan[path.count], ready.count - 1) : 0
      path.append((chosen, ready.count))
      locked {
        states[ready[chosen]] = .running
        for index in states.indices where states[index] == .blocked { states[index] = .running }
      }
      gates[ready[chosen]].signal()
    }
    for handle in handles { Thread.join(handle) }
    return path
  }

  /// Waits until no thread runs; one that does not come to a step soon is blocked.
  private func settle() {
    while locked({ states.contains { $0 == .running } }) {
      if changed.wait(timeout: .now() + .milliseconds(5)) == .timedOut {
        let others = locked { states.contains { $0 == .parked } }
        if others {
          locked { for index in states.indices where states[index] == .running { states[index] = .blocked } }
        }
      }
    }
  }

  private func park() {
    let index = locked { () -> Int? in
      guard let index = numbers[Thread.number] else { return nil }
      states[index] = .parked
      return index
    }
    guard let index else { return }
    changed.signal()
    gates[index].wait()
  }
}
