import BelayMap
import Dispatch
import Testing

/// Threads that meet at one map.
@Suite struct ConcurrentMapTests {
  @Test func oneThread() {
    let map = ConcurrentMap<String, Int>(shardCount: 5)
    #expect(map.load("a") == nil && map.isEmpty)
    #expect(map.loadOrStore(1, forKey: "a") == (1, false))
    #expect(map.loadOrStore(2, forKey: "a") == (1, true))
    #expect(map.swap(3, forKey: "a") == 1 && map["a"] == 3)
    #expect(!map.compareAndSwap("a", from: 1, to: 9) && map.compareAndSwap("a", from: 3, to: 4))
    #expect(!map.compareAndRemove("a", 3) && map.compareAndRemove("a", 4) && map["a"] == nil)
    #expect(map.compute("b") { $0 = ($0 ?? 10) + 1 } == 11)
    #expect(map.compute("b") { $0 = nil } == nil && map.isEmpty)
    map["c"] = 1
    map.store(2, forKey: "d")
    #expect(map.snapshot() == ["c": 1, "d": 2] && map.count == 2)
    map.range { key, _ in
      map[key] = nil
      return true
    }
    #expect(map.isEmpty && map.removeValue(forKey: "c") == nil)
    map["e"] = 1
    map.removeAll()
    #expect(map.isEmpty)
  }

  @Test(arguments: [1, 64])
  func manyThreadsCount(shards: Int) {
    let map = ConcurrentMap<Int, Int>(shardCount: shards)
    let threads = 8
    let rounds = 2000
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      for round in 0..<rounds {
        map.compute(round % 97) { $0 = ($0 ?? 0) + 1 }
        map.loadOrStore(thread, forKey: 1000 + round)
        while true {
          let old = map.loadOrStore(0, forKey: -1).value
          if map.compareAndSwap(-1, from: old, to: old + 1) { break }
        }
        if round % 512 == 0 { map.range { key, value in key < 97 ? value <= threads * rounds : true } }
      }
    }
    #expect((0..<97).reduce(0) { $0 + (map[$1] ?? 0) } == threads * rounds)
    #expect(map[-1] == threads * rounds)
    #expect(map.count == 97 + rounds + 1)
  }

  /// What one thread stores and removes in pairs, others never see in halves.
  @Test func readersSeeWholeValues() {
    let map = ConcurrentMap<Int, [Int]>(shardCount: 2)
    DispatchQueue.concurrentPerform(iterations: 4) { thread in
      if thread < 2 {
        for round in 0..<3000 {
          map[round % 50] = [round, round]
          if round % 3 == 0 { map[(round + 25) % 50] = nil }
        }
      } else {
        for round in 0..<6000 {
          if let pair = map[round % 50], pair[0] != pair[1] { Issue.record("half a value") }
        }
      }
    }
  }
}
