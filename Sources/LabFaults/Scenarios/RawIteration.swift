import Belay

extension FaultScenario {
  /// Scenario 6.
  static let rawIteration = FaultScenario(
    number: 6, name: "raw-iteration", title: "a walk over raw buckets while the map grows",
    explanation: """
      A tool walks the bucket array by itself, and the map is written meanwhile. Entries move to the new array: the walk misses them, or reads memory that has gone. \
      Beside it the three walks that are safe: the live cursor, a snapshot, and exclusive access.
      """,
    variants: [
      .fault("raw", "the raw buckets, kept beyond the call that lent them") { witness in
        Sweeper.shared.mode = .atOnce
        let map = filled()
        // Lent for the time of the call only: keeping it is the fault.
        guard let buckets = try? map.withUnsafeBuckets({ $0 }) else { return Ending(.nothing, "they were not lent") }
        var seen: Set<Int> = []
        for index in 0..<buckets.bucketCount {
          buckets.forEachEntry(ofBucket: index) { key, _ in
            seen.insert(key.pointee)
            return true
          }
          // As much as makes the map grow during the walk.
          for extra in 0..<16 { map[entries + index * 16 + extra] = 0 }
          if index == buckets.bucketCount / 8 {
            witness.picture("the map in the midst of the walk", map.svg(limit: 48))
          }
        }
        return judged(seen, [], witness)
      },
      .defence("checked", "withUnsafeBuckets: the map says that it was written meanwhile") { _ in
        let map = filled()
        try map.withUnsafeBuckets { buckets in
          for index in 0..<buckets.bucketCount { map[entries + index] = 0 }
        }
        return Ending(.nothing, "nobody noticed")
      },
      .defence("live-cursor", "for … in map: what stays is visited once, whatever is written") { witness in
        let map = filled()
        var (seen, twice): (Set<Int>, [Int]) = ([], [])
        var extra = entries
        for (key, _) in map {
          if !seen.insert(key).inserted { twice.append(key) }
          // Twice as many entries as there were, so that it doubles on the way.
          guard extra < entries * 3 else { continue }
          for _ in 0..<4 {
            map[extra] = 0
            extra += 1
          }
          if extra == entries + 200 { witness.picture("the map in the midst of the iteration", map.svg(limit: 48)) }
        }
        return judged(seen, twice, witness)
      },
      .defence("snapshot", "snapshot(): a copy is walked") { witness in
        let map = filled()
        var (seen, twice): (Set<Int>, [Int]) = ([], [])
        for (key, _) in map.snapshot() {
          if !seen.insert(key).inserted { twice.append(key) }
          map[entries + key] = 0
        }
        return judged(seen, twice, witness)
      },
      .defence("exclusive", "withExclusiveAccess: the write is refused") { _ in
        let map = filled()
        map.withExclusiveAccess { for (key, _) in map { map[entries + key] = 0 } }
        return Ending(.nothing, "the writes went through")
      },
    ])

  private static let entries = 2000

  private static func filled() -> BucketMap<Int, Int> {
    let map = BucketMap<Int, Int>()
    for key in 0..<entries { map[key] = key }
    map.settle()
    return map
  }

  /// Whether the entries that stayed were seen, each once.
  private static func judged(_ seen: Set<Int>, _ twice: [Int], _ witness: Witness) -> Ending {
    let missed = (0..<entries).filter { !seen.contains($0) }.count
    witness.fact("entries that stay", entries)
    witness.fact("missed", missed)
    witness.fact("seen twice", twice.count)
    return missed == 0 && twice.isEmpty
      ? Ending(.nothing, "each of \(entries) entries was seen once")
      : Ending(.staleData, "\(missed) of \(entries) entries were missed, \(twice.count) seen twice")
  }
}
