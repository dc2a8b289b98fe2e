@_spi(Testing) import BelayMap
import BelayMemory
import Dispatch
import Synchronization
import TestSupport
import Testing

/// A `ConcurrentMap` that becomes sparse gives buckets back.
@Suite struct ConcurrentShrinkTests {
  /// Fills and empties by turns, with a dictionary as the model.
  @Test(arguments: [1, 4, 32])
  func fillsAndEmpties(stripeCount: Int) {
    let seed = SeededRandom.anySeed
    var random = SeededRandom(seed: seed)
    let map = ConcurrentMap<Int, String>(stripeCount: stripeCount)
    var model: [Int: String] = [:]
    var most = 0
    for round in 0..<6 {
      for _ in 0..<3000 {
        let key = Int.random(in: 0..<4000, using: &random)
        map.store("\(round) \(key)", forKey: key)
        model[key] = "\(round) \(key)"
      }
      most = max(most, map.bucketCount)
      let left = round * 10
      for key in model.keys.sorted().shuffled(using: &random).dropFirst(left) {
        #expect(map.removeValue(forKey: key) == model.removeValue(forKey: key), "seed \(seed)")
      }
      #expect(map.count == left && map.snapshot() == model, "seed \(seed)")
      #expect(map.bucketCount * 4 <= most, "seed \(seed)")
      if round == 3 {
        map.shrinkToFit()
        #expect(map.bucketCount <= max(stripeCount, 8 * left), "seed \(seed)")
      }
      if round == 4 {
        map.removeAll()
        model = [:]
        #expect(map.bucketCount == stripeCount && map.isEmpty, "seed \(seed)")
      }
    }
  }

  @Test func aMapThatFillsAgainKeepsItsBuckets() {
    let map = ConcurrentMap<Int, Int>(stripeCount: 1)
    for key in 0..<1000 { map.store(key, forKey: key) }
    let buckets = map.bucketCount
    for _ in 0..<20 {
      for key in 0..<700 { map.removeValue(forKey: key) }
      for key in 0..<700 { map.store(key, forKey: key) }
    }
    #expect(map.bucketCount == buckets && map.count == 1000)
  }

  /// Nothing is left behind, wherever the map ends.
  @Test func endsWhileItShrinks() {
    for left in [400, 250, 100, 3, 0] {
      let allocator = SpanAllocator()
      do {
        let map = ConcurrentMap<Int, Int>(stripeCount: 2, allocator: allocator)
        for key in 0..<4000 { map.store(key, forKey: key) }
        for key in left..<4000 { map.removeValue(forKey: key) }
        for key in 0..<4000 { #expect(map.load(key) == (key < left ? key : nil)) }
        if left == 100 { map.removeAll() }
      }
      #expect(allocator.report.liveBytes == 0)
    }
  }

  /// Some keys stay, others come and go in thousands: whoever looks finds those that stay, walks included.
  @Test func readersFindWhatStays() {
    let seed = SeededRandom.anySeed
    let plan = FaultPlan(
      seed: seed, delays: 0.001, longestDelay: 50, turns: 0.01, steps: [.bucketLinks, .writerUnlocks])
    let map = ConcurrentMap<Int, Int>(stripeCount: 4)
    for key in 0..<50 { map.store(key, forKey: -key) }
    let writersLeft = Atomic(2)
    let faults = Atomic(0)
    plan.run {
      DispatchQueue.concurrentPerform(iterations: 4) { thread in
        if thread < 2 {
          for _ in 0..<4 {
            for key in 0..<1500 { map.store(key, forKey: 1 + key * 2 + thread) }
            for key in 0..<1500 { map.removeValue(forKey: 1 + key * 2 + thread) }
          }
          writersLeft.subtract(1, ordering: .relaxed)
          return
        }
        var turns = 0
        while turns < 20 || writersLeft.load(ordering: .relaxed) > 0 && turns < 100_000 {
          turns += 1
          let key = turns % 50
          if map.load(-key) != key { faults.add(1, ordering: .relaxed) }
          if turns % 64 == 0 {
            var stayed = 0
            map.forEach { key, _ in if key <= 0 { stayed += 1 } }
            if stayed != 50 { faults.add(1, ordering: .relaxed) }
          }
        }
      }
    }
    #expect(faults.load(ordering: .relaxed) == 0, "seed \(seed)")
    #expect(map.count == 50 && map.bucketCount < 2048, "seed \(seed)")
  }
}
