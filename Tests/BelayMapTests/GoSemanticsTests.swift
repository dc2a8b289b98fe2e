@_spi(Testing) import BelayMap
import Testing

/// What Go's own map tests ask of a map, written anew for this one.
@Suite struct GoSemanticsTests {
  @Test func zerosOfBothSignsAreOneKey() {
    let map = BucketMap<Double, Int>()
    map[0.0] = 1
    map[-0.0] = 2
    #expect(map.count == 1 && map[0.0] == 2 && map[-0.0] == 2)
    for number in 1..<200 { map[Double(number)] = number }
    map.settle()
    #expect(map[-0.0] == 2 && map.removeValue(forKey: 0.0) == 2 && map[-0.0] == nil && map.count == 199)
  }

  /// Entries whose keys equal nothing are counted and visited, survive growth, and go with a clear only.
  @Test func notANumber() {
    let map = BucketMap<Double, Int>()
    for number in 0..<500 { map[.nan] = number }
    #expect(map.count == 500 && map[.nan] == nil && map.removeValue(forKey: .nan) == nil)
    #expect(Set(map.map(\.value)) == Set(0..<500))
    map.settle()
    #expect(Set(map.map(\.value)) == Set(0..<500))
    map.removeAll(keepingCapacity: true)
    #expect(map.isEmpty && Array(map).isEmpty)
  }

  /// What was in a slot before does not show through when the slot is used again.
  @Test func nothingIsLeftOfARemovedValue() {
    let map = BucketMap<Int, Int>()
    for round in 0..<3 {
      for key in 0..<100 {
        map[key, default: 0] += 1
        #expect(map[key] == 1)
      }
      if round == 1 { map.removeAll(keepingCapacity: true) } else { for key in 0..<100 { map[key] = nil } }
    }
    let strings = BucketMap<String, String>()
    strings["a"] = "first"
    strings["a"] = nil
    strings["a", default: ""] += "second"
    #expect(strings["a"] == "second")
  }

  /// An entry that is removed and entered again during an iteration is visited once or twice; all others exactly once.
  @Test func removalOfAllDuringAnIteration() {
    for entries in [1, 10, 100, 1000] {
      let map = BucketMap<Int, Int>()
      for key in 0..<entries { map[key] = key }
      var visited = 0
      for (key, _) in map {
        map[key] = nil
        visited += 1
      }
      #expect(visited == entries && map.isEmpty)
      for key in 0..<entries { map[key] = key }
      visited = 0
      for _ in map {
        visited += 1
        map.removeAll()
      }
      #expect(visited == 1)
    }
  }

  /// A map that grows during an iteration over it.
  @Test func growthDuringAnIteration() {
    let map = BucketMap<Int, Int>()
    for key in 0..<100 { map[key] = key }
    var old: [Int] = []
    for (key, _) in map {
      if key < 100 { old.append(key) }
      if map.count < 5000 { for more in 0..<40 { map[100 + map.count + more] = 0 } }
    }
    #expect(old.count == 100 && Set(old) == Set(0..<100))
  }

  /// Overflow buckets go back when their entries go, and a chain that has been long is as short as a new one.
  @Test func overflowBucketsAreKeptTrackOf() {
    let map = BucketMap<Int, Int>(hasher: BucketChoosingHasher())
    map.reserveCapacity(2000)
    let buckets = map.bucketCount
    for round in 0..<5 {
      for number in 0..<40 { map[number * buckets + round] = number }
      // 15 entries lie in the bucket, 6 in each overflow bucket.
      #expect(map.overflowBucketCount == 5)
      map.checkInvariants()
      for number in (0..<40).reversed() { map[number * buckets + round] = nil }
      #expect(map.overflowBucketCount == 0)
      map.checkInvariants()
    }
  }

  /// A churn in which overflow buckets gather makes the map rebuild itself at the same size, and its memory stays what it was.
  @Test func churnKeepsMemoryFlat() {
    let map = BucketMap<Int, Int>()
    for key in 0..<6000 { map[key] = key }
    map.settle()
    let buckets = map.bucketCount
    var most = 0
    for key in 6000..<300_000 {
      map[key - 6000] = nil
      map[key] = key
      if key % 1024 == 0 { most = max(most, map.statistics.liveBytes) }
    }
    map.settle()
    #expect(map.bucketCount == buckets && map.count == 6000)
    // Both arrays while it rebuilds itself, and some overflow buckets.
    #expect(most < buckets * 264 * 5 / 2)
  }
}
