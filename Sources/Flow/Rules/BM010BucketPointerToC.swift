import Findings

/// The inside of a map, its header or bucket pointer, is read through `unsafe.Pointer` and handed to C or kept. The next growth moves the buckets.
struct BucketPointerToC: Rule {
  let info = RuleDescription(
    id: "BM010", name: "bucket-pointer-to-c", severity: .red, languages: [.go],
    summary: "A pointer into a map's buckets is handed to C or kept.",
    page: String(decoding: PackageResources.BM010_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    analysis.mapAddresses.uses.filter(\.isInside).map { use in
      let target =
        switch use.sink.target {
        case .foreign(let name): "handed to `C.\(analysis.name(name))`"
        case .foreignField: "stored in a struct of C's"
        case .kept: "kept"
        }
      let place = analysis.place(use.range)
      return Finding(
        rule: info.id, severity: .red,
        message: "a pointer into a map's own memory is \(target): growth moves and frees the buckets",
        place: place, symbol: analysis.name(analysis.program.function(use.function).displayName),
        steps: [
          FlowStep(.used, at: analysis.place(use.taken), "taken from the map's header here"),
          FlowStep(.passed, at: place, "\(target) here"),
        ])
    }
  }
}
