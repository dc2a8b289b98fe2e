@_spi(Testing) import BelayMap
import Testing

/// What a map tells about itself.
@Suite struct LayoutTests {
  @Test func layoutOfAMap() {
    let map = BucketMap<UInt64, UInt32>()
    #expect(map.layout.buckets.byteCount == 0 && map.layout.oldBuckets == nil && map.layout.growth == .none)
    for key in 0..<100 { map[UInt64(key)] = 1 }
    map.settle()
    let layout = map.layout
    #expect(layout.count == 100 && layout.buckets.bucketCount == 1 << layout.logBucketCount)
    #expect(layout.slotStride == 16 && layout.valueOffset == 8 && layout.bucketStride == 240)
    #expect(layout.buckets.links - layout.buckets.rows == UInt(16 * layout.buckets.bucketCount))
    #expect(layout.fields.first { $0.name == "flags" }?.offset == 8)
    #expect(layout.fields.allSatisfy { $0.offset >= 0 && $0.size > 0 })
    map.beginDoubling()
    map[1000] = 1
    #expect(map.layout.growth == .doubling && map.layout.oldBuckets != nil && map.layout.evacuated > 0)
    map.settle()
    #expect(map.layout.growth == .none)
  }

  @Test func statisticsAddUp() {
    let map = BucketMap<Int, Int>()
    for key in 0..<3000 {
      map[key] = key
      if key % 500 != 0 { continue }
      let statistics = map.statistics
      #expect(statistics.count == map.count)
      #expect(statistics.probeLengths.reduce(0, +) == map.count)
      #expect(
        statistics.chainLengths.enumerated().reduce(0) { $0 + $1.offset * $1.element } == statistics.overflowCount)
    }
    #expect(map.statistics.doublings == 8 && map.statistics.liveBytes >= 3000 * 16)
  }

  @Test func pictures() {
    let map = BucketMap<Int, Int>()
    for key in 0..<15 { map[key] = key }
    #expect(map.picture().contains("0 ###############"))
    map[3] = nil
    #expect(map.picture().contains("o"))
    map[15] = 1
    map[16] = 1
    map.beginDoubling()
    #expect(map.picture().contains("old "))
    let svg = map.svg()
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n") && svg.contains("BucketMap&lt;Int, Int&gt;"))
    #expect(map.svg(limit: 1).contains("more"))
  }

  @Test func rawBuckets() throws {
    let map = BucketMap<Int, String>()
    for key in 0..<200 { map[key] = "\(key)" }
    map.settle()
    let sum = try unsafe map.withUnsafeBuckets { buckets in
      var sum = 0
      for index in 0..<buckets.bucketCount {
        unsafe buckets.forEachEntry(ofBucket: index) { key, value in
          #expect(unsafe value.pointee == "\(key.pointee)")
          sum += unsafe key.pointee
          return true
        }
      }
      return sum
    }
    var visits = 0
    try unsafe map.withUnsafeBuckets { buckets in
      unsafe buckets.forEachEntry(ofBucket: 0) { _, _ in
        visits += 1
        return visits < 2
      }
    }
    #expect(visits == 2)
    #expect(sum == 199 * 100)
    #expect(throws: UnsafeBucketsError.changed) { try unsafe map.withUnsafeBuckets { _ in map[1] = nil } }
    map.beginDoubling()
    #expect(throws: UnsafeBucketsError.growing) { try unsafe map.withUnsafeBuckets { _ in } }
    map.settle()
    #expect(throws: Never.self) { try unsafe map.withUnsafeBuckets { _ in } }
  }
}
