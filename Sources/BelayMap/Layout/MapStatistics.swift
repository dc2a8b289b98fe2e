import CBucketRow

/// How a map's entries lie, and what its memory comes to.
public struct MapStatistics: Sendable, Equatable {
  /// The number of entries.
  public var count = 0
  /// The number of buckets of the current array.
  public var bucketCount = 0
  /// Overflow buckets in use.
  public var overflowCount = 0
  /// Entries for each slot of the current array.
  public var load = 0.0
  /// How many chains have 0, 1, 2, … overflow buckets.
  public var chainLengths: [Int] = []
  /// How many buckets, overflow buckets apart, hold 0, 1, … 15 entries.
  public var occupancy = [Int](repeating: 0, count: 16)
  /// How many entries are found after looking at 1, 2, … rows.
  public var probeLengths: [Int] = []
  /// Bytes of the current array and of overflow buckets in use.
  public var liveBytes = 0
  /// Bytes of the old array, and of its overflow buckets, that have not been given back yet.
  public var retiredBytes = 0
  /// Bytes that overflow buckets have been cut from or can be cut from.
  public var overflowPoolBytes = 0
  /// How often the map doubled, rebuilt itself at the same size, and halved.
  public var doublings = 0
  /// Rebuilds at the same size.
  public var rebuilds = 0
  /// Halvings, and moves to fewer buckets that were asked for.
  public var shrinkings = 0
}

extension BucketMap where Value: ~Copyable {
  /// The statistics of the map.
  ///
  /// - Complexity: Linear in the number of buckets.
  public var statistics: MapStatistics {
    let state = header.pointee
    var result = MapStatistics()
    result.count = state.count
    result.bucketCount = state.buckets.count
    result.overflowCount = state.overflowCount
    result.load = Double(state.count) / Double(state.buckets.count * Layout.slotsPerBucket)
    result.doublings = state.doublings
    result.rebuilds = state.rebuilds
    result.shrinkings = state.shrinkings
    result.liveBytes = (state.buckets.block?.byteCount ?? 0) + state.overflowCount * Layout.overflowBytes
    if let old = state.old.block {
      result.retiredBytes = old.byteCount - (state.move?.releasedBytes ?? state.released) - state.releasedRows * 3 / 2
    }
    result.retiredBytes += state.oldPool.byteCount
    result.overflowPoolBytes = state.pool.byteCount
    if state.old.block != nil {
      for index in state.evacuated..<state.old.count where !state.old.isEvacuated(index) {
        Self.measure(Bucket(index, of: state.old), &result)
      }
    }
    if state.buckets.block != nil {
      for index in 0..<state.buckets.count { Self.measure(Bucket(index, of: state.buckets), &result) }
    }
    return result
  }

  private static func measure(_ first: Bucket<Key, Value>, _ result: inout MapStatistics) {
    result.occupancy[first.occupied.nonzeroBitCount] += 1
    var bucket = first
    var length = 0
    while true {
      add(bucket.occupied.nonzeroBitCount, to: &result.probeLengths, at: length)
      guard let next = bucket.next else { break }
      bucket = Bucket(overflow: next)
      length += 1
    }
    add(1, to: &result.chainLengths, at: length)
  }

  private static func add(_ number: Int, to histogram: inout [Int], at index: Int) {
    while histogram.count <= index { histogram.append(0) }
    histogram[index] += number
  }
}
