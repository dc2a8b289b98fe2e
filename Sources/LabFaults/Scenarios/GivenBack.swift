import Belay
import CLab

extension FaultScenario {
  /// Scenario 13.
  static let givenBack = FaultScenario(
    number: 13, name: "given-back", title: "what gives the memory of buckets back to the system",
    explanation: """
      Of a map that was large once: whether removing all entries, clearing the map or dropping it takes the pages of its buckets out of memory. Seen at the very pages, as `mincore` tells them. \
      In Go neither delete nor clear gives buckets back; only dropping the map does, after a collection.
      """,
    variants: [
      .fault("no-shrinking", "BucketMap: each entry is removed, with shrinksAutomatically off") { witness in
        measured(witness) { map in
          map?.shrinksAutomatically = false
          for key in 0..<entries { map?.removeValue(forKey: key) }
        }
      },
      .defence("remove", "BucketMap: each entry is removed; the map halves itself") { witness in
        measured(witness) { map in for key in 0..<entries { map?.removeValue(forKey: key) } }
      },
      .defence("shrink-to-fit", "BucketMap: nearly all entries are removed, then shrinkToFit") { witness in
        measured(witness) { map in
          map?.shrinksAutomatically = false
          for key in 100..<entries { map?.removeValue(forKey: key) }
          map?.shrinkToFit()
        }
      },
      .defence("remove-all", "BucketMap: removeAll") { witness in measured(witness) { map in map?.removeAll() } },
      .defence("keeping-capacity", "BucketMap: removeAll(keepingCapacity: true)") { witness in
        measured(witness) { map in map?.removeAll(keepingCapacity: true) }
      },
      .defence("drop", "BucketMap: the last reference goes") { witness in measured(witness) { map in map = nil } },
    ])

  private static let entries = 100_000

  private static func measured(_ witness: Witness, _ change: (inout BucketMap<Int, Int>?) -> Void) -> Ending {
    Sweeper.shared.mode = .atOnce
    var map: BucketMap<Int, Int>? = BucketMap()
    for key in 0..<entries { map?[key] = key }
    map?.settle()
    guard let full = map.map({ BucketPages($0) }) else { return Ending(.nothing, "there is no map") }
    change(&map)
    return withExtendedLifetime(map) { full.ending("the change", witness) }
  }
}

/// The pages that the buckets of a map lie on.
struct BucketPages {
  private let start: UInt
  private let byteCount: Int
  /// Bytes on pages that were in memory when it was made.
  let before: Int

  init(_ map: BucketMap<Int, Int>) {
    let buckets = map.layout.buckets
    start = buckets.rows
    byteCount = buckets.byteCount
    before = lab_present_bytes(start, byteCount)
  }

  /// What has become of them: given back when less than half is left.
  func ending(_ what: String, _ witness: Witness) -> Ending {
    let after = lab_present_bytes(start, byteCount)
    witness.fact("bytes of the buckets in memory before", before)
    witness.fact("bytes of the buckets in memory after \(what)", after)
    return after * 2 < before
      ? Ending(.givenBack, "\((before - after) / 1024) of \(before / 1024) KiB went back to the system")
      : Ending(.keptAlive, "\(after / 1024) of \(before / 1024) KiB are in memory still")
  }
}
