@_spi(Testing) import BelayMap
import TestSupport
import Testing

@testable import BelayMemory

/// Growths that move the buckets in their order, with somebody who goes with the map, or without.
@Suite struct InOrderTests {
  private func inOrder<Key: Hashable, Value>(_ map: BucketMap<Key, Value>) -> BucketMap<Key, Value> {
    map.movesInOrder = true
    return map
  }

  /// The sequences of `ModelTests`, without anybody.
  @Test(arguments: [16, 40, 150, 600])
  func sequences(keys: Int) {
    let model = ModelTests()
    model.run(
      map: inOrder(BucketMap<Int, Int>()), keys: keys, steps: keys > 100 ? 2500 : 4000, key: { $0 }, value: { $0 })
    model.run(
      map: inOrder(BucketMap<String, String>()), keys: keys, steps: 2500, key: { "key \($0)" }, value: { "\($0)" })
    model.run(
      map: inOrder(BucketMap<CollidingKey, Int>()), keys: keys, steps: 2000, key: { CollidingKey(number: $0) },
      value: { $0 })
    model.run(
      map: inOrder(BucketMap<Int, Int>(hasher: BucketChoosingHasher())), keys: keys, steps: 3000, key: { $0 * 64 },
      value: { $0 })
    Lifetimes.expectNoLeaks { lifetimes in
      model.run(
        map: inOrder(BucketMap<Int, Lifetimes.Tracked>()), keys: keys, steps: 2500, key: { $0 },
        value: { Lifetimes.Tracked($0, in: lifetimes) })
    }
  }

  /// Slots of 16 bytes: 512 buckets are 132 KiB, of which a slice of the thread is about a half.
  private static let leastBytes = 512 * 264

  /// Operations on a map with whom somebody goes now and then, leaves for a while, or never comes.
  @Test(arguments: [0, 1, 2, 10])
  func somebodyGoesAlong(helpPercent: Int) {
    let seed = SeededRandom.anySeed
    var random = SeededRandom(seed: seed)
    let allocator = MovingAllocator(leastBytes: Self.leastBytes)
    do {
      let map = BucketMap<Int, Int>(allocator: allocator)
      map.movesInOrder = true
      var model: [Int: Int] = [:]
      for step in 0..<30_000 {
        let key = Int.random(in: 0..<40_000, using: &random)
        if Int.random(in: 0..<10, using: &random) < 8 {
          map[key] = step
          model[key] = step
        } else {
          #expect(map.removeValue(forKey: key) == model.removeValue(forKey: key), "seed \(seed)")
        }
        if let move = allocator.moves.last, Int.random(in: 0..<100, using: &random) < helpPercent {
          if step % 7 == 0 { move.park() }
          _ = move.help()
        }
        if step % 1000 == 0 { #expect(map.validate().isEmpty, "seed \(seed), step \(step)") }
      }
      #expect(map.count == model.count && map.validate().isEmpty, "seed \(seed)")
      for (key, value) in model where map[key] != value { Issue.record("seed \(seed): \(key) is lost") }
      #expect(map.reduce(0) { sum, _ in sum + 1 } == model.count, "seed \(seed)")
      #expect(allocator.moves.count > 1)
    }
    for move in allocator.moves { #expect(move.help() == .over) }
    #expect(allocator.liveBytes == 0)
  }

  /// Nobody comes: the map waits for as many writes as it has buckets, and then moves by itself.
  @Test func patienceEnds() throws {
    let allocator = MovingAllocator(leastBytes: Self.leastBytes)
    let map = BucketMap<Int, Int>(allocator: allocator)
    var key = 0
    while allocator.moves.isEmpty {
      map[key] = key
      key += 1
    }
    let buckets = map.bucketCount / 2
    for _ in 0..<buckets - 2 { map[0] = 0 }
    #expect(map.growthState == .doubling(evacuated: 0))
    for _ in 0..<buckets + 4 { map[0] = 0 }
    #expect(map.growthState == .none && map.validate().isEmpty && map.count == key)
    #expect(allocator.moves.first?.help() == .over)
  }

  /// With pages that are there, each write moves two buckets, and what the map has left goes back.
  @Test func twoBucketsWithEachWrite() throws {
    let allocator = MovingAllocator(leastBytes: Self.leastBytes)
    let map = BucketMap<Int, Int>(allocator: allocator)
    var key = 0
    while allocator.moves.count < 3 {
      map[key] = key
      key += 1
    }
    let move = try #require(allocator.moves.last)
    #expect(move.stepCount == map.bucketCount / 2 && move.ready == 0)
    while move.help() == .worked {}
    let ready = move.ready
    #expect(ready > 100 && ready < move.stepCount)
    for writes in 1...50 {
      map[0] = writes
      #expect(map.growthState == .doubling(evacuated: 2 * writes))
    }
    while map.growthState != .none {
      while move.help() == .worked {}
      map[0] = 0
    }
    #expect(move.releasedBytes > 64 * 1024 && move.help() == .over)
    #expect(map.validate().isEmpty && map.count == key)
  }

  /// A map ends, or is cleared, on its way.
  @Test(arguments: [false, true])
  func endsOnItsWay(clears: Bool) {
    let allocator = MovingAllocator(leastBytes: Self.leastBytes)
    do {
      let map = BucketMap<Int, String>(allocator: allocator)
      var key = 0
      while allocator.moves.isEmpty {
        map[key] = "\(key)"
        key += 1
      }
      _ = allocator.moves.last?.help()
      for _ in 0..<20 { map[0] = "" }
      #expect(map.growthState != .none)
      if clears {
        map.removeAll()
        #expect(map.isEmpty && allocator.moves.last?.help() == .over)
        map[1] = "1"
        #expect(map.count == 1 && map.validate().isEmpty)
      }
    }
    #expect(allocator.moves.last?.help() == .over && allocator.liveBytes == 0)
  }

  /// A cursor visits each entry that stays once, while the map moves in order below it.
  @Test func iterationGoesOn() {
    let seed = SeededRandom.anySeed
    var random = SeededRandom(seed: seed)
    for _ in 0..<30 {
      let map = inOrder(BucketMap<Int, Int>())
      let count = Int.random(in: 100..<900, using: &random)
      for key in 0..<count { map[key] = key }
      switch Int.random(in: 0..<3, using: &random) {
      case 0: map.beginDoubling()
      case 1: map.beginRebuild()
      default: map.beginHalving()
      }
      var removed: Set<Int> = []
      var visited: [Int: Int] = [:]
      for (key, _) in map {
        visited[key, default: 0] += 1
        #expect(!removed.contains(key), "seed \(seed)")
        let other = Int.random(in: 0..<count, using: &random)
        if other % 3 == 0 {
          map[other] = nil
          removed.insert(other)
        } else {
          map[count + Int.random(in: 0..<count, using: &random)] = 0
        }
      }
      for key in 0..<count where !removed.contains(key) { #expect(visited[key] == 1, "seed \(seed)") }
      #expect(map.validate().isEmpty, "seed \(seed)")
    }
  }

  /// The thread of the system's allocator, with maps that fill, empty and end while it goes along.
  @Test func withTheSystemsThread() {
    let seed = SeededRandom.anySeed
    var random = SeededRandom(seed: seed)
    for round in 0..<3 {
      let map = BucketMap<Int, Int>()
      var model: [Int: Int] = [:]
      let steps = round == 2 ? 100_000 : 25_000
      for step in 0..<steps {
        let key = Int.random(in: 0..<steps, using: &random)
        if step % 5 == 0 {
          #expect(map.removeValue(forKey: key) == model.removeValue(forKey: key), "seed \(seed)")
        } else {
          map[key] = step
          model[key] = step
        }
      }
      #expect(map.count == model.count, "seed \(seed)")
      for (key, value) in model where map[key] != value { Issue.record("seed \(seed): \(key) is lost") }
      if round == 1 { map.removeAll() }
      #expect(map.validate().isEmpty, "seed \(seed)")
    }
  }
}
