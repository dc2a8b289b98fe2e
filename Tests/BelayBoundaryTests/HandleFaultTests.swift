import Belay
import Dispatch
import Synchronization
import TestSupport
import Testing

/// Handle tables whose reclamation is held up on purpose.
@Suite struct HandleFaultTests {
  private final class Number: Sendable {
    let number: Int
    private let ends: Ends
    init(_ number: Int, _ ends: Ends) {
      self.number = number
      self.ends = ends
    }
    deinit { ends.count.add(1, ordering: .relaxed) }
  }

  private final class Ends: Sendable {
    let count = Atomic(0)
  }

  /// A handle never names another object, and each object ends once.
  @Test func handlesNameTheirObjects() {
    let seed = SeededRandom.anySeed
    let plan = FaultPlan(seed: seed, delays: 0.01, longestDelay: 100, turns: 0.2, steps: [.handleSteps])
    let ends = Ends()
    let faults = Atomic(0)
    do {
      let table = HandleTable<Number>()
      plan.run {
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
          var random = SeededRandom(seed: seed &+ UInt64(thread))
          var live: [(Handle<Number>, Int)] = []
          for step in 0..<2000 {
            let number = thread * 10_000 + step
            if let handle = try? table.insert(Number(number, ends)) { live.append((handle, number)) }
            let place = Int.random(in: 0..<live.count, using: &random)
            if (try? table.withObject(live[place].0) { $0.number }) != live[place].1 {
              faults.add(1, ordering: .relaxed)
            }
            if live.count > 100 {
              let (handle, _) = live.remove(at: place)
              if (try? table.remove(handle)) == nil || table.contains(handle) { faults.add(1, ordering: .relaxed) }
            }
          }
        }
      }
    }
    #expect(faults.load(ordering: .relaxed) == 0, "seed \(seed), \(plan)")
    // Who reclaims in the background may be at it still.
    var turns = 0
    while ends.count.load(ordering: .relaxed) < 8000, turns < 2000 {
      Self.pause()
      turns += 1
    }
    #expect(ends.count.load(ordering: .relaxed) == 8000, "seed \(seed), \(plan)")
  }

  private static func pause() { _ = DispatchSemaphore(value: 0).wait(timeout: .now() + .milliseconds(5)) }
}
