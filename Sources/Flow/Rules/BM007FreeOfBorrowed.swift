import Findings

/// What a map holds is looked up and freed, and the entry stays: the next look-up hands out freed memory.
///
/// Silent where the entry is removed before anyone else can see it, where callers remove it, and where the owner of the map ends with it.
struct FreeOfBorrowed: Rule {
  let info = RuleDescription(
    id: "BM007", name: "free-of-borrowed", severity: .red, languages: [.go, .swift],
    summary: "What was looked up in a map is freed, and the entry stays.",
    page: String(decoding: PackageResources.BM007_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    DanglingEntries(analysis: analysis).events { event in
      (event.origin == .ranged || event.origin == .lookedUp && event.role != .key)
    }.map { report, event in
      DanglingEntries.finding(
        info, report, event,
        message: { "`\($2)` frees `\($0)`, which was looked up in `\($1)`, and the entry stays" }, found: "looked up in"
      )
    }
  }
}
