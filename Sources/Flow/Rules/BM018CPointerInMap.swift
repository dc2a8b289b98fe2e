import Findings

/// The inventory: every map whose key or value can hold a C address, through names, pointers, arrays and structs. Off unless asked for.
struct CPointerInMap: Rule {
  let info = RuleDescription(
    id: "BM018", name: "c-pointer-in-map", severity: .green, languages: [.go, .swift],
    summary: "A map can hold C addresses.", isOnByDefault: false,
    page: String(decoding: PackageResources.BM018_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    analysis.program.units.flatMap { unit in
      unit.mapSites.compactMap { site -> Finding? in
        guard site.mapType >= 0, Int(site.mapType) < unit.mapTypes.count else { return nil }
        let type = unit.mapTypes[Int(site.mapType)]
        var parts: [String] = []
        if type.key.holdsCPointer { parts.append("its keys (`\(analysis.name(type.key.name))`)") }
        if type.value.holdsCPointer { parts.append("its values (`\(analysis.name(type.value.name))`)") }
        if parts.isEmpty { return nil }
        return Finding(
          rule: info.id, severity: info.severity,
          message: "this map can hold C addresses in \(parts.joined(separator: " and "))",
          place: analysis.place(site.range), symbol: analysis.name(site.owner))
      }
    }
  }
}
