import Findings

/// The address of a map variable is passed to C: what C finds there is a pointer to Go's own header, which no C code can read.
struct MapPassedToC: Rule {
  let info = RuleDescription(
    id: "BM011", name: "map-passed-to-c", severity: .red, languages: [.go],
    summary: "A map's own address is passed to C.",
    page: String(decoding: PackageResources.BM011_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    analysis.mapAddresses.uses.filter { !$0.isInside }.map { use in
      let target =
        if case .foreign(let name) = use.sink.target { "passed to `C.\(analysis.name(name))`" } else {
          "stored in a struct of C's"
        }
      let place = analysis.place(use.range)
      return Finding(
        rule: info.id, severity: .red,
        message: "the address of a Go map is \(target): C cannot read a map, and may not keep it",
        place: place, symbol: analysis.name(analysis.program.function(use.function).displayName),
        steps: [
          FlowStep(.used, at: analysis.place(use.taken), "the map's address is taken here"),
          FlowStep(.passed, at: place, "\(target) here"),
        ])
    }
  }
}
