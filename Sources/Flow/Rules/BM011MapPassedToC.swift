import Findings

/// The address of a map variable is passed to C: what C finds there is a pointer to Go's own header, which no C code can read.
struct MapPassedToC: Rule {
  let info = RuleDescription(
    id: "BM011", name: "map-passed-to-c", severity: .red, languages: [.go],
    summary: "A map's own address is passed to C.",
    page: String(decoding: PackageResources.BM011_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    MapAddressFindings.all(info, in: analysis, isInside: false, taken: "the map's address is taken here") {
      "the address of a Go map is \($0): C cannot read a map, and may not keep it"
    }
  }
}
