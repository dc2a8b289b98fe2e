import Findings

/// A pointer is freed while an entry that holds it, stored in the same flow, stays in the map.
///
/// Silent where the map or its owner ends in the same step, is cleared or replaced, where callers remove the entry, and where a
/// reference is held besides.
struct FreedWhileMapped: Rule {
  let info = RuleDescription(
    id: "BM002", name: "freed-while-mapped", severity: .red, languages: [.go, .swift],
    summary: "Memory is freed while a map still holds its address.",
    page: String(decoding: PackageResources.BM002_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    DanglingEntries(analysis: analysis).events { event in
      event.origin == .stored || event.origin == .lookedUp && event.role == .key
    }.map { report, event in
      DanglingEntries.finding(
        info, report, event,
        message: { "`\($2)` frees `\($0)` while an entry of `\($1)` still holds it" },
        found: event.origin == .stored ? "stored in" : "looked up in")
    }
  }
}
