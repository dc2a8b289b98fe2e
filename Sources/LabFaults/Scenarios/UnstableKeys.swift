import Belay

extension FaultScenario {
  /// Scenario 9.
  static let unstableKeys = FaultScenario(
    number: 9, name: "unstable-keys", title: "keys that change while they are in the map, and keys that equal nothing",
    explanation: """
      A map finds a key by its hash. A key of a class whose hash reads what can change is lost when it does. A NaN is not equal to itself: each insertion adds an entry, and no look-up finds one.
      """,
    variants: [
      .fault("changed-dictionary", "Dictionary: keys change after they were inserted") { _ in
        var ages: [Name: Int] = [:]
        let names = (0..<100).map { Name("name \($0)") }
        for name in names { ages[name] = 30 }
        for name in names { name.text += "!" }
        return counted(names.filter { ages[$0] == nil }.count, of: ages.count)
      },
      .fault("nan-dictionary", "Dictionary: NaN as a key, three times") { _ in
        var counts: [Double: Int] = [:]
        for number in 0..<3 { counts[.nan] = number }
        return counts[.nan] == nil ? counted(counts.count, of: counts.count) : Ending(.nothing, "NaN is found")
      },
      .fault("nan-bucket-map", "BucketMap: NaN as a key, as in Go") { witness in
        let counts = BucketMap<Double, Int>()
        for number in 0..<3 { counts[.nan] = number }
        witness.picture("three entries of one key", counts.svg(limit: 16))
        return counts[.nan] == nil ? counted(counts.count, of: counts.count) : Ending(.nothing, "NaN is found")
      },
      .defence("changed-bucket-map", "BucketMap: growth meets the changed keys") { witness in
        let ages = BucketMap<Name, Int>()
        let names = (0..<100).map { Name("name \($0)") }
        for name in names { ages[name] = 30 }
        for name in names { name.text += "!" }
        witness.fact("keys that are not found", names.filter { ages[$0] == nil }.count)
        for number in 100..<1000 { ages[Name("name \(number)")] = 30 }
        return counted(names.filter { ages[$0] == nil }.count, of: ages.count)
      },
      .defence("bits", "a key of the number's bits, which equal themselves") { _ in
        let counts = BucketMap<UInt64, Int>()
        for number in 0..<3 { counts[Double.nan.bitPattern] = number }
        return counts.count == 1 && counts[Double.nan.bitPattern] == 2
          ? Ending(.nothing, "one entry, and it is found") : Ending(.lostEntry, "NaN is not found")
      },
    ])

  private final class Name: Hashable {
    var text: String
    init(_ text: String) { self.text = text }
    static func == (left: Name, right: Name) -> Bool { left.text == right.text }
    func hash(into hasher: inout Hasher) { hasher.combine(text) }
  }

  private static func counted(_ lost: Int, of count: Int) -> Ending {
    lost > 0
      ? Ending(.lostEntry, "\(lost) of \(count) entries cannot be found by their keys")
      : Ending(.nothing, "all \(count) entries are found")
  }
}
