import Findings

/// The address of a map variable is passed to C: what C finds there is a pointer to Go's own header, which no C code can read.
struct MapPassedToC: Rule {
  let info = RuleDescription(
    id: "BM011", name: "map-passed-to-c", severity: .red, languages: [.go],
    summary: "A map's own address is passed to C.",
    page: String(decoding: PackageResources.BM011_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    MapInternalUses.all(in: analysis).filter { !$0.isInternal }.map { use in
      Finding(
        rule: info.id, severity: .red,
        message:
          "the address of a Go map is passed to `C.\(use.foreign ?? "")`: C cannot read a map, and may not keep it",
        place: use.place, symbol: use.symbol,
        steps: [FlowStep(.passed, at: use.taken, "the map's address is taken here")])
    }
  }
}
