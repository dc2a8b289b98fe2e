@_spi(Testing) import BelayMap
import BelayMemory
import Foundation
import Testing

/// The map as a Swift engineer meets it.
@Suite struct InterfaceTests {
  @Test func literalsEqualityAndDescriptions() {
    let map: BucketMap = ["a": 1, "b": 2]
    #expect(map == ["b": 2, "a": 1] && map != ["a": 1] && map != ["a": 1, "b": 3] && map != ["a": 1, "c": 2])
    let other = map
    other["c"] = 3
    #expect(map["c"] == 3 && map.count == 3)
    #expect(BucketMap<Int, Int>().description == "[:]")
    let one: BucketMap = ["k": "v"]
    #expect(one.description == "[k: v]" && one.debugDescription == #"["k": "v"]"#)
    #expect(Mirror(reflecting: map).children.count == 3)
  }

  @Test func building() {
    let map = BucketMap([1: "one", 2: "two"])
    #expect(Dictionary(map) == [1: "one", 2: "two"])
    #expect(BucketMap(uniqueKeysWithValues: [(1, 2), (3, 4)]) == [1: 2, 3: 4])
    #expect(BucketMap([(1, 2), (1, 3), (2, 5)], uniquingKeysWith: +) == [1: 5, 2: 5])
    #expect(BucketMap(grouping: [1, 2, 3, 4, 5], by: { $0 % 2 }) == [1: [1, 3, 5], 0: [2, 4]])
    #expect(map.mapValues(\.count) == [1: 3, 2: 3])
    #expect(map.filter { $0.key > 1 } == [2: "two"])
    #expect(map.compactMapValues { $0 == "one" ? 1 : nil } == [1: 1])
    map.merge([(2, "zwei"), (3, "drei")], uniquingKeysWith: { $0 + $1 })
    #expect(map == [1: "one", 2: "twozwei", 3: "drei"])
    map.merge(BucketMap([1: "!"]), uniquingKeysWith: +)
    #expect(map[1] == "one!")
    let copy = map.copy()
    copy[9] = "nine"
    #expect(map[9] == nil && copy.count == 4)
    #expect(Set(map.keys) == [1, 2, 3] && Set(map.values) == ["one!", "twozwei", "drei"])
    #expect(map.keys.contains(1) && !map.keys.contains(7) && map.keys.count == 3 && map.values.count == 3)
  }

  @Test func changesInPlace() {
    let map: BucketMap<String, [Int]> = [:]
    for number in 0..<100 { map["\(number % 7)", default: []].append(number) }
    #expect(map["3"]?.count == 14 && map.count == 7)
    map["3"]?.append(1000)
    #expect(map["3"]?.last == 1000)
    map["none"]?.append(1)
    #expect(map["none"] == nil && map.count == 7)
    let counts: BucketMap<Character, Int> = [:]
    for character in "mississippi" { counts[character, default: 0] += 1 }
    #expect(counts == ["m": 1, "i": 4, "s": 4, "p": 2])
    #expect(counts["x", default: 9] == 9 && counts.count == 4)
  }

  @Test func codable() throws {
    let map: BucketMap<String, Int> = ["a": 1, "b": 2]
    let data = try JSONEncoder().encode(map)
    #expect(try JSONDecoder().decode(BucketMap<String, Int>.self, from: data) == map)
    #expect(try JSONDecoder().decode([String: Int].self, from: data) == ["a": 1, "b": 2])
  }

  @Test func noncopyableValues() {
    struct File: ~Copyable {
      let number: Int
      let lifetimes: Lifetimes.Tracked
    }
    Lifetimes.expectNoLeaks { lifetimes in
      let map = BucketMap<Int, File>()
      for number in 0..<200 {
        _ = map.updateValue(File(number: number, lifetimes: .init(number, in: lifetimes)), forKey: number)
      }
      #expect(map.withValue(forKey: 7) { $0.number } == 7)
      #expect(map.withValue(forKey: 700) { $0.number } == nil)
      if let file = map.removeValue(forKey: 7) { #expect(file.number == 7) } else { Issue.record("missing") }
      var sum = 0
      map.forEachBorrowed { _, file in sum += file.number }
      #expect(sum == 199 * 100 - 7)
      map.withMutableValue(forKey: 8) { $0 = File(number: -8, lifetimes: .init(-8, in: lifetimes)) }
      #expect(map.withValue(forKey: 8) { $0.number } == -8)
      map.shrinkToFit()
      #expect(map.count == 199 && map.validate().isEmpty)
      map.removeAll()
      #expect(map.isEmpty && lifetimes.alive == 0)
    }
  }

  @Test func reservedRoomIsEnough() {
    for capacity in [0, 1, 15, 16, 26, 27, 1000, 5000] {
      let map = BucketMap<Int, Int>(minimumCapacity: capacity)
      let buckets = map.bucketCount
      for key in 0..<capacity { map[key] = key }
      #expect(map.bucketCount == buckets && map.growthState == .none && map.capacity >= capacity)
    }
  }

  @Test func sparseMapsShrink() {
    let map = BucketMap<Int, Int>()
    for key in 0..<20_000 { map[key] = key }
    let full = map.bucketCount
    for key in 100..<20_000 { map[key] = nil }
    for round in 0..<200 { for key in 0..<100 { map[key + 100_000] = round; map[key + 100_000] = nil } }
    #expect(map.bucketCount <= full / 8)
    for key in 0..<100 { #expect(map[key] == key) }
    map.checkInvariants()
    map.shrinkToFit()
    #expect(map.bucketCount == 8)
    let stays = BucketMap<Int, Int>()
    stays.shrinksAutomatically = false
    for key in 0..<20_000 { stays[key] = key }
    let buckets = stays.bucketCount
    for key in 0..<20_000 { stays[key] = nil }
    for round in 0..<5000 { stays[round] = 1; stays[round] = nil }
    #expect(stays.bucketCount == buckets)
  }

  /// Same-size growth keeps memory flat under churn: overflow buckets do not gather.
  @Test func churnDoesNotGrow() {
    let map = BucketMap<Int, Int>()
    for key in 0..<5000 { map[key] = key }
    var most = 0
    for key in 5000..<200_000 {
      map[key] = key
      map[key - 5000] = nil
      most = max(most, map.overflowBucketCount)
    }
    #expect(map.count == 5000 && map.bucketCount == 512 && most < 512)
    map.checkInvariants()
  }

  @Test func eachMapHasItsSeedAndDrawsANewOneWhenEmpty() {
    let seeds = (0..<100).map { _ in BucketMap<Int, Int>().seed }
    #expect(Set(seeds).count == 100)
    let map: BucketMap<Int, Int> = [1: 1, 2: 2]
    let seed = map.seed
    map[1] = nil
    #expect(map.seed == seed)
    map[2] = nil
    #expect(map.seed != seed)
  }

  /// A growth that finds no memory leaves the map whole and is tried again.
  @Test func failingAllocations() {
    final class Failing: BucketAllocator, @unchecked Sendable {
      var limit = Int.max
      var live = 0
      func allocate(byteCount: Int, alignment: Int) throws(MemoryError) -> MemoryBlock {
        if byteCount > limit { throw .outOfMemory(byteCount: byteCount) }
        live += byteCount
        return try SystemAllocator.shared.allocate(byteCount: byteCount, alignment: alignment)
      }
      func release(_ part: UnsafeMutableRawBufferPointer, of block: MemoryBlock) {
        SystemAllocator.shared.release(part, of: block)
      }
      func deallocate(_ block: MemoryBlock) {
        live -= block.byteCount
        SystemAllocator.shared.deallocate(block)
      }
    }
    let allocator = Failing()
    do {
      let map = BucketMap<Int, Int>(allocator: allocator)
      for key in 0..<3000 { map[key] = key }
      allocator.limit = 100_000
      for key in 3000..<30_000 { map[key] = key }
      map.checkInvariants()
      #expect(map.count == 30_000 && map.overflowBucketCount > 100)
      allocator.limit = .max
      for key in 30_000..<60_000 { map[key] = key }
      for key in 0..<60_000 where map[key] != key { Issue.record("\(key) is lost") }
      map.checkInvariants()
      #expect(map.bucketCount >= 4096)
    }
    #expect(allocator.live == 0)
  }
}
