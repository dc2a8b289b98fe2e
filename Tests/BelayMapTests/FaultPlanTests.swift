import BelayMap
import Dispatch
import Synchronization
import TestSupport
import Testing

@testable import BelayMemory

/// The libraries under faults that are made on purpose; each failure prints the seed.
@Suite struct FaultPlanTests {
  /// One thread, one seed: the same requests are refused.
  @Test func aSeedRepeats() {
    func refusals(_ seed: UInt64) -> [Bool] {
      let plan = FaultPlan(seed: seed, refusals: 0.3)
      return (0..<200).map { _ in plan.refuses(10_000) }
    }
    #expect(refusals(7) == refusals(7) && refusals(7) != refusals(8))
    let plan = FaultPlan(seed: 1, refusals: 0.3)
    #expect((0..<1000).filter { _ in plan.refuses(4096) }.count == plan.refusedCount)
    #expect(plan.refusedCount > 200 && plan.refusedCount < 400)
    #expect(!plan.refuses(4095) && plan.description.hasPrefix("fault plan 1: "))
  }

  @Test func plansBeginAndEnd() {
    let outer = FaultPlan(seed: 1, steps: [])
    let inner = FaultPlan(seed: 2, steps: [])
    // Other tests have plans of their own at the same time.
    outer.activate()
    inner.activate()
    outer.deactivate()
    outer.deactivate()
    inner.deactivate()
    #expect(FaultPlan.current !== outer && FaultPlan.current !== inner)
    let result = outer.run { 5 }
    #expect(result == 5 && outer.reached.isEmpty)
  }

  /// A map whose arrays are refused time and again, and whose steps take their time.
  @Test(arguments: [false, true])
  func mapsStayWhole(isAccompanied: Bool) {
    let seed = SeededRandom.anySeed
    let plan = FaultPlan(
      seed: seed, refusals: 0.4, delays: 0.002, longestDelay: 50, turns: 0.01,
      steps: [.growthBegins, .bucketMoves, .memoryGoesBack, .growthEnds, .helperWorks])
    var random = SeededRandom(seed: seed)
    let keys = isAccompanied ? 30_000 : 4000
    plan.run {
      let map = BucketMap<Int, String>(allocator: plan.allocator())
      var model: [Int: String] = [:]
      for step in 0..<keys * 2 {
        let key = Int.random(in: 0..<keys, using: &random)
        if step % 4 == 3 {
          #expect(map.removeValue(forKey: key) == model.removeValue(forKey: key), "seed \(seed)")
        } else {
          map[key] = "\(step)"
          model[key] = "\(step)"
        }
        if step % 2000 == 0 { #expect(map.validate().isEmpty, "seed \(seed)") }
      }
      #expect(map.validate().isEmpty && map.count == model.count, "seed \(seed)")
      for (key, value) in model where map[key] != value { Issue.record("seed \(seed): \(key) is lost") }
    }
  }

  /// Counters of several threads in a `ConcurrentMap` that grows and shrinks, with its writers held up within their locks.
  @Test func concurrentMapsCountRight() {
    let seed = SeededRandom.anySeed
    let plan = FaultPlan(
      seed: seed, refusals: 0.5, delays: 0.001, longestDelay: 50, turns: 0.02,
      steps: [.writerLocks, .writerUnlocks, .bucketLinks, .retires, .epochCloses, .endsRun])
    let map = ConcurrentMap<Int, Int>(stripeCount: 2, allocator: plan.allocator())
    plan.run {
      DispatchQueue.concurrentPerform(iterations: 4) { thread in
        var random = SeededRandom(seed: seed &+ UInt64(thread))
        for step in 0..<1500 {
          map.compute(Int.random(in: 0..<8, using: &random)) { $0 = ($0 ?? 0) + 1 }
          map.store(step, forKey: 100 + step * 4 + thread)
          if step >= 700 { map.removeValue(forKey: 100 + (step - 700) * 4 + thread) }
        }
        for step in 800..<1500 { map.removeValue(forKey: 100 + step * 4 + thread) }
      }
    }
    #expect(map.snapshot().values.reduce(0, +) == 6000 && map.count == 8, "seed \(seed), \(plan)")
  }

  /// What was retired ends once, and not while somebody looks at it.
  @Test func epochsHold() {
    let seed = SeededRandom.anySeed
    let plan = FaultPlan(
      seed: seed, delays: 0.005, longestDelay: 50, turns: 0.1, steps: [.retires, .epochCloses, .endsRun])
    let ended = Atomic(0)
    let faults = Atomic(0)
    do {
      let domain = EpochDomain(batchCount: 16)
      let current = Atomic(0)
      let isDead = (0..<2000).map { _ in Cell() }
      plan.run {
        DispatchQueue.concurrentPerform(iterations: 3) { thread in
          if thread == 0 {
            for index in 0..<1999 {
              current.store(index + 1, ordering: .sequentiallyConsistent)
              domain.retire {
                isDead[index].flag.store(true, ordering: .sequentiallyConsistent)
                ended.add(1, ordering: .relaxed)
              }
            }
          } else {
            for _ in 0..<2000 {
              domain.withPin {
                let seen = current.load(ordering: .sequentiallyConsistent)
                for _ in 0..<10 where isDead[seen].flag.load(ordering: .sequentiallyConsistent) {
                  faults.add(1, ordering: .relaxed)
                }
              }
            }
          }
        }
      }
    }
    #expect(faults.load(ordering: .relaxed) == 0, "seed \(seed)")
    #expect(ended.load(ordering: .relaxed) == 1999, "seed \(seed)")
  }

  private final class Cell: Sendable {
    let flag = Atomic(false)
  }

  /// An arena passes a refusal on, and can be asked again.
  @Test func arenasThrow() {
    let plan = FaultPlan(seed: 3, refusals: 0.5, longestDelay: 10, steps: [.arenaSteps])
    plan.run {
      let arena = Arena(source: plan.allocator())
      var given = 0
      var refused = 0
      for _ in 0..<200 {
        do {
          _ = try arena.allocate(byteCount: 64 * 1024, alignment: 16)
          given += 1
        } catch {
          refused += 1
        }
      }
      #expect(given > 100 && refused > 0 && arena.usedBytes == given * 64 * 1024)
      arena.free()
    }
  }
}
