import Belay

extension FaultScenario {
  /// Scenario 8.
  static let nilMap = FaultScenario(
    number: 8, name: "nil-map", title: "a map that was never made",
    explanation: """
      In Go a nil map reads as empty, and a write to it panics. In Swift an optional dictionary that is nil either stops the program (`map!`), with a line that does not name the map, or drops the write without a word (`map?`). \
      An optional BucketMap behaves as Go's: it reads as empty, and a write names the fault.
      """,
    variants: [
      .fault("dictionary-forced", "Dictionary: `map![key] = value`") { _ in
        let made = missing(of: [String: Int].self)
        var ages = made
        ages!["alice"] = 30
        return Ending(.nothing, "there are \(ages?.count ?? 0) entries")
      },
      .fault("dictionary-chained", "Dictionary: `map?[key] = value`") { _ in
        var ages = missing(of: [String: Int].self)
        ages?["alice"] = 30
        return ages?["alice"] == nil
          ? Ending(.lostEntry, "the write was dropped without a word") : Ending(.nothing, "the entry is there")
      },
      .defence("bucket-map-read", "BucketMap: a nil map is read, removed from and iterated over") { _ in
        let ages = missing(of: BucketMap<String, Int>.self)
        ages.removeValue(forKey: "alice")
        var visited = 0
        for _ in ages.entries { visited += 1 }
        return ages["alice"] == nil && ages.count == 0 && visited == 0
          ? Ending(.nothing, "it reads as empty") : Ending(.staleData, "a nil map has entries")
      },
      .defence("bucket-map-write", "BucketMap: a nil map is written") { _ in
        let ages = missing(of: BucketMap<String, Int>.self)
        ages["alice"] = 30
        return Ending(.lostEntry, "the write was dropped without a word")
      },
    ])

  /// A map that somebody was to make; nothing that the compiler can see through.
  @inline(never) @_optimize(none)
  private static func missing<Map>(of type: Map.Type) -> Map? { nil }
}
