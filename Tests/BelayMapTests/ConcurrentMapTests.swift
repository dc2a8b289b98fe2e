import BelayMap
import BelayMemory
import Dispatch
import Synchronization
import TestSupport
import Testing

/// Threads that meet at one map.
@Suite struct ConcurrentMapTests {
  @Test func oneThread() {
    let map = ConcurrentMap<String, Int>(stripeCount: 5)
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
  func manyThreadsCount(stripes: Int) {
    let map = ConcurrentMap<Int, Int>(stripeCount: stripes)
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
    let map = ConcurrentMap<Int, [Int]>(stripeCount: 2)
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

  /// One thread, all operations at random, with `Dictionary` as the model.
  func runModel<Key: Hashable & Sendable, Value: Equatable & Sendable>(
    _ map: ConcurrentMap<Key, Value>, keys: Int, steps: Int, key: (Int) -> Key, value: (Int) -> Value
  ) {
    let seed = SeededRandom.anySeed
    var random = SeededRandom(seed: seed)
    var model: [Key: Value] = [:]
    for step in 0..<steps {
      let key = key(Int.random(in: 0..<keys, using: &random))
      let new = value(step)
      var isRight = true
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<25:
        map.store(new, forKey: key)
        model[key] = new
      case 25..<35: isRight = map.swap(new, forKey: key) == model.updateValue(new, forKey: key)
      case 35..<55: isRight = map.removeValue(forKey: key) == model.removeValue(forKey: key)
      case 55..<65:
        let result = map.loadOrStore(new, forKey: key)
        isRight = result.loaded == (model[key] != nil)
        if model[key] == nil { model[key] = new }
        isRight = isRight && result.value == model[key]
      case 65..<70:
        let old = model[key] ?? new
        isRight = map.compareAndSwap(key, from: old, to: new) == (model[key] != nil)
        if model[key] != nil { model[key] = new }
      case 70..<75:
        isRight = map.compareAndRemove(key, new) == (model[key] == new)
        if model[key] == new { model[key] = nil }
      case 75..<85:
        let removes = step % 3 == 0
        map.compute(key) { $0 = removes ? nil : new }
        model[key] = removes ? nil : new
      case 85..<86:
        if step % 7 == 0 {
          map.removeAll()
          model = [:]
        }
      default:
        isRight = map.contains(key) == (model[key] != nil) && map.withValue(forKey: key) { $0 == model[key] } != false
      }
      guard isRight, map[key] == model[key], map.count == model.count else {
        Issue.record("seed \(seed), step \(step): \(String(describing: map[key])), \(map.count) of \(model.count)")
        return
      }
    }
    #expect(map.snapshot() == model, "seed \(seed)")
    map.reclaim()
    #expect(map.retiredCount == 0)
  }

  @Test(arguments: [1, 4, 32])
  func modelsAgree(stripes: Int) {
    runModel(ConcurrentMap<Int, Int>(stripeCount: stripes), keys: 300, steps: 6000, key: { $0 }, value: { $0 })
    runModel(
      ConcurrentMap<String, String>(stripeCount: stripes), keys: 300, steps: 4000,
      key: { "a key of more than fifteen bytes \($0)" }, value: { "\($0)" })
    runModel(
      ConcurrentMap<Int, UInt8>(stripeCount: stripes), keys: 50, steps: 2000, key: { $0 },
      value: { UInt8(truncatingIfNeeded: $0) })
    runModel(
      ConcurrentMap<Int, Nothing>(stripeCount: stripes), keys: 50, steps: 2000, key: { $0 }, value: { _ in Nothing() })
    runModel(
      ConcurrentMap<SharedConstantKey, [Int]>(stripeCount: stripes), keys: 40, steps: 2000,
      key: { SharedConstantKey(number: $0) },
      value: { [$0] })
    runModel(
      ConcurrentMap<Int, Int>(stripeCount: stripes, hasher: StandardHasher()), keys: 100, steps: 2000, key: { $0 },
      value: { $0 })
  }

  @Test func itGrowsToManyEntries() {
    let map = ConcurrentMap<Int, Int>(stripeCount: 4)
    for key in 0..<50_000 { map[key] = key }
    #expect(map.count == 50_000)
    for key in 0..<50_000 where map[key] != key { Issue.record("\(key) is missing") }
    #expect(map[-1] == nil && map[50_000] == nil)
    for key in stride(from: 0, to: 50_000, by: 2) { map[key] = nil }
    var sum = 0
    map.forEach { key, value in sum += key == value && key % 2 == 1 ? 1 : -1000 }
    #expect(sum == 25_000 && map.count == 25_000)
  }

  /// Counts what is alive, from several threads.
  final class Alive: Sendable {
    let count = Atomic(0)
    final class Item: Sendable {
      let alive: Alive
      let number: Int
      let isAlive = Atomic(true)
      init(_ number: Int, _ alive: Alive) {
        self.alive = alive
        self.number = number
        alive.count.add(1, ordering: .relaxed)
      }
      deinit {
        if !isAlive.exchange(false, ordering: .relaxed) { fatalError("ended twice") }
        alive.count.subtract(1, ordering: .relaxed)
      }
    }
  }

  /// References that some threads replace and remove while others read them: all alive when they are read, all ended at the end.
  @Test func referencesStayForReaders() {
    let alive = Alive()
    do {
      let map = ConcurrentMap<Int, Alive.Item>(stripeCount: 2)
      DispatchQueue.concurrentPerform(iterations: 4) { thread in
        for round in 0..<8000 {
          let key = (round &* 31 &+ thread) % 64
          if thread < 2 {
            switch round % 8 {
            case 0: map.removeValue(forKey: key)
            case 1: map.compute(key) { $0 = $0 == nil ? Alive.Item(key, alive) : nil }
            case 2: map.loadOrStore(Alive.Item(key, alive), forKey: key)
            case 3 where round % 1024 == 3: map.removeAll()
            default: map.store(Alive.Item(key, alive), forKey: key)
            }
          } else if round % 500 == 0 {
            map.forEach { key, item in if item.number != key { Issue.record("\(item.number) under \(key)") } }
          } else if round % 2 == 0 {
            if let item = map[key], item.number != key || !item.isAlive.load(ordering: .relaxed) {
              Issue.record("\(item.number) under \(key)")
            }
          } else {
            _ = map.withValue(forKey: key) { item in
              if item.number != key || !item.isAlive.load(ordering: .relaxed) { Issue.record("dead under \(key)") }
            }
          }
        }
      }
      map.reclaim()
      #expect(map.retiredCount == 0 && alive.count.load(ordering: .relaxed) == map.count)
    }
    #expect(alive.count.load(ordering: .relaxed) == 0)
  }

  /// What stays from the start to the end is visited once, while others are stored and removed and the map grows.
  @Test func rangesVisitWhatStaysOnce() {
    let map = ConcurrentMap<Int, Int>(stripeCount: 2)
    for key in 0..<1000 { map[key] = key }
    let isDone = Atomic(false)
    DispatchQueue.concurrentPerform(iterations: 2) { thread in
      if thread == 0 {
        for _ in 0..<10 {
          var visits = [Int: Int]()
          map.range { key, _ in
            visits[key, default: 0] += 1
            return true
          }
          if (0..<1000).contains(where: { visits[$0] != 1 }) || visits.values.contains(where: { $0 > 1 }) {
            Issue.record("an entry was visited not once")
          }
        }
        isDone.store(true, ordering: .relaxed)
      } else {
        var key = 1000
        while !isDone.load(ordering: .relaxed) {
          map[key] = key
          map[key - 500 < 1000 ? key : key - 500] = nil
          key += 1
        }
      }
    }
    var count = 0
    map.range { key, _ in
      count += 1
      map.removeAll()
      return true
    }
    // What had been copied is visited, what was cleared is not.
    #expect(count < 1000 && map.isEmpty)
  }

  /// A reader that stays does not let writers' memory go, and does not stop them; others' maps do not notice.
  @Test func aStalledReader() {
    let alive = Alive()
    let map = ConcurrentMap<Int, Alive.Item>()
    let other = ConcurrentMap<Int, Alive.Item>()
    map[0] = Alive.Item(0, alive)
    other[0] = Alive.Item(0, alive)
    map.withValue(forKey: 0) { item in
      map[0] = nil
      other[0] = nil
      #expect(map.reclaim() == 0 && other.reclaim() == 1)
      #expect(item.isAlive.load(ordering: .relaxed) && map[0] == nil)
      map[1] = Alive.Item(1, alive)
      #expect(map.count == 1)
    }
    #expect(map.reclaim() == 1 && alive.count.load(ordering: .relaxed) == 1)
  }

  @Test func functionsThatThrowChangeNothing() {
    struct Failure: Error {}
    let map = ConcurrentMap<String, Int>()
    map["a"] = 1
    #expect(throws: Failure.self) {
      try map.compute("a") { value throws(Failure) in
        value = 2
        throw Failure()
      }
    }
    #expect(map["a"] == 1)
    #expect(throws: Failure.self) { try map.range { _, _ throws(Failure) in throw Failure() } }
  }

  @Test func functionsThatUseTheMapAreNoticed() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let map = ConcurrentMap<Int, Int>()
      map.compute(1) { $0 = map.removeValue(forKey: 1) }
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("Belay: a function that a ConcurrentMap runs under a lock used the map"), "\(text)")
  }

  @Test func refusedBucketsMakeNoDifference() {
    let map = ConcurrentMap<Int, Int>(
      stripeCount: 1, allocator: FailingAllocator { number, _ in number % 3 != 2 })
    for key in 0..<2000 { map[key] = key }
    for key in 0..<2000 { #expect(map[key] == key) }
  }
}

/// A key whose hash is the same for all.
private struct SharedConstantKey: Hashable, Sendable {
  let number: Int
  func hash(into hasher: inout Hasher) {}
}
