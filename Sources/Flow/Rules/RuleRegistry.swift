import Findings

/// All rules that the checker has.
public enum RuleRegistry {
  /// The rules in the order of their ids. A new rule is one line here and one file beside this one.
  public static let all: [any Rule] = [
    MapUseAfterFree(),
    FreedWhileMapped(),
    FreeBeforeRemove(),
    BulkFreeLeavesMap(),
    NeverRemoved(),
    CAllocationLeaked(),
    FreeOfBorrowed(),
    ClosurePointerEscapes(),
    UnretainedToCallback(),
    BucketPointerToC(),
    MapPassedToC(),
    LoopVariableAddress(),
    UnlockedRegistry(),
    ConcurrentMapWrite(),
    NilMapWrite(),
    CallbackLookupUnchecked(),
    FakePointerHandle(),
    CPointerInMap(),
    ThrowSkipsRemoval(),
    UnhashableKey(),
    SuppressionWithoutReason(),
  ]

  /// What the reporters and `belay rules` show of them.
  public static let descriptions: [RuleDescription] = all.map(\.info)

  /// The findings of some rules, in the order of place, then rule.
  ///
  /// - Parameter isEnabled: Whether a rule runs, by its description; the default are the rules that are on by default.
  /// - Complexity: The sum of the rules; they run in parallel.
  public static func findings(
    in analysis: Analysis, where isEnabled: (RuleDescription) -> Bool = { $0.isOnByDefault }
  ) -> [Finding] {
    let rules = all.filter { isEnabled($0.info) }
    let found = analysis.queue.map(rules) { $0.findings(in: analysis) }
    let sorted = found.flatMap { $0 }.sorted {
      ($0.place, $0.rule, $0.message, $1.severity) < ($1.place, $1.rule, $1.message, $0.severity)
    }
    // Versions of a package for several systems have most files in common: what is said once is enough.
    var result: [Finding] = []
    for finding in sorted {
      if let last = result.last, last.place == finding.place, last.rule == finding.rule, last.message == finding.message
      {
        continue
      }
      result.append(finding)
    }
    return result
  }
}
