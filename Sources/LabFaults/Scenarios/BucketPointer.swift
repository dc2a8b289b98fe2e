import Belay
import CLab

extension FaultScenario {
  /// Scenario 5.
  static let bucketPointer = FaultScenario(
    number: 5, name: "bucket-pointer", title: "an address inside the buckets, kept by C while the map grows",
    explanation: """
      C is given the address of a value where it lies in the map, and keeps it. The map grows: the entry moves, and the old buckets go back to the system. C reads on, and finds old bytes, \
      somebody else's, or no memory at all.
      """,
    variants: [
      .fault("large", "a map of 100 000 entries: the old buckets were mapped, and are unmapped") { witness in
        read(entries: 100_000, witness)
      },
      .fault("small", "a map of 200 entries: the old buckets came from malloc, and were freed") { witness in
        read(entries: 200, witness)
      },
      .defence("while-lent", "withUnsafeBuckets: the map says that it was written while its buckets were lent") { _ in
        let map = filled(200)
        try map.withUnsafeBuckets { buckets in
          lab_watch(firstValue(of: buckets))
          for key in 200..<2000 { map[key] = UInt64(key) }
        }
        return Ending(.nothing, "nobody noticed")
      },
      .defence("while-growing", "withUnsafeBuckets: refused while the map moves its entries") { witness in
        let map = filled(200)
        var key = 200
        while map.layout.growth == .none, key < 100_000 {
          map[key] = UInt64(key)
          key += 1
        }
        witness.picture("the map in the midst of its growth", map.svg(limit: 48))
        try map.withUnsafeBuckets { lab_watch(firstValue(of: $0)) }
        return Ending(.nothing, "the buckets were lent")
      },
      .defence("export", "ForeignExport: C gets copies of the entries, in memory of its own") { _ in
        let map = filled(200)
        let export = try ForeignExport<UInt64>(map) { entry, _ throws(MemoryError) in entry.value }
        return export.withRows { rows in
          let before = Array(rows)
          lab_watch(rows.baseAddress)
          for key in 200..<2000 { map[key] = UInt64(key) }
          let isSame = before.indices.allSatisfy { lab_watched($0) == before[$0] }
          return isSame
            ? Ending(.nothing, "C still reads the \(before.count) values that it was given")
            : Ending(.staleData, "the copies changed")
        }
      },
    ])

  private static func filled(_ count: Int) -> BucketMap<Int, UInt64> {
    let map = BucketMap<Int, UInt64>()
    for key in 0..<count { map[key] = UInt64(key) + 1 }
    map.settle()
    return map
  }

  /// Where the first value lies that the first buckets have.
  private static func firstValue(of buckets: UnsafeBuckets<Int, UInt64>) -> UnsafePointer<UInt64>? {
    var found: UnsafePointer<UInt64>?
    for index in 0..<buckets.bucketCount where found == nil {
      buckets.forEachEntry(ofBucket: index) { _, value in
        found = value
        return false
      }
    }
    return found
  }

  private static func read(entries: Int, _ witness: Witness) -> Ending {
    // Old memory goes back in the call that gives it up, so that what happens does not depend on another thread.
    Sweeper.shared.mode = .atOnce
    let map = filled(entries)
    // Lent for the time of the call only: keeping it is the fault.
    guard let value = try? map.withUnsafeBuckets({ firstValue(of: $0) }) else {
      return Ending(.nothing, "the buckets were not lent")
    }
    lab_watch(value)
    let expected = lab_watched(0)
    witness.fact("address inside the buckets", "\(value)")
    if entries < 1000 { witness.picture("the map when C got the address", map.svg(limit: 16)) }
    for key in entries..<entries * 10 { map[key] = UInt64(key) + 1 }
    map.settle()
    witness.fact("buckets now", map.layout.buckets.bucketCount)
    let now = lab_watched(0)
    return Ending(
      .staleData,
      now == expected ? "C still reads \(now), from buckets that were given back" : "C reads \(now), it was \(expected)"
    )
  }
}
