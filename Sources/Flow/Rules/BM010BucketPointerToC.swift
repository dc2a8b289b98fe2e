import Findings

/// The inside of a map, its header or bucket pointer, is read through `unsafe.Pointer` and handed to C or kept. The next growth moves the buckets.
struct BucketPointerToC: Rule {
  let info = RuleDescription(
    id: "BM010", name: "bucket-pointer-to-c", severity: .red, languages: [.go],
    summary: "A pointer into a map's buckets is handed to C or kept.",
    page: String(decoding: PackageResources.BM010_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    MapAddressFindings.all(info, in: analysis, isInside: true, taken: "taken from the map's header here") {
      "a pointer into a map's own memory is \($0): growth moves and frees the buckets"
    }
  }
}
