import Findings

/// A map that lives long is keyed by addresses of C, entries are inserted, and nothing ever removes one, though memory of that type is
/// freed: the map grows, and an address that the allocator hands out again finds the entry of the dead.
///
/// Green where no function that frees the type is known. Silent where entries are removed through any alias, in a loop, or by replacing
/// the map, and where the map goes to code that is not known.
struct NeverRemoved: Rule {
  let info = RuleDescription(
    id: "BM005", name: "never-removed", severity: .yellow, languages: [.go, .swift],
    summary: "Entries keyed by an address of C are inserted and never removed.",
    page: String(decoding: PackageResources.BM005_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    let freed = FreedTypes(analysis.program)
    let stale = staleMaps(analysis)
    return analysis.mapFacts.groups.compactMap { group in
      guard group.removers.isEmpty, group.clearers.isEmpty, !group.isEscaped, stale.isDisjoint(with: group.symbols)
      else { return nil }
      let inserts = group.inserts.filter { $0.key.class == .cPointer && !isLocal($0, analysis) }
      let placed = inserts.map { (insert: $0, place: analysis.place($0.range)) }.sorted { $0.place < $1.place }
      guard let first = placed.first else { return nil }
      // One that holds it for long: fields and globals that are known as such.
      let names = group.symbols.compactMap { analysis.program.declaration($0) }.filter {
        $0.type.class == .map || !$0.isField && $0.type.class == .aggregate
      }
      .sorted { analysis.place($0.range) < analysis.place($1.range) }
      guard let owner = names.first else { return nil }
      return finding(analysis, owner, first.insert, freed, inserts.map(\.key.cType))
    }
  }

  /// Whether the map of an insertion ends with the function.
  private func isLocal(_ insert: MapFacts.Insert, _ analysis: Analysis) -> Bool {
    guard let result = analysis.results[Int(insert.function.rawValue)] else { return false }
    return result.localStores.contains {
      result.sites[$0].inner == nil && result.sites[$0].range == insert.range
    }
  }

  /// Maps of which BM001, BM002 and BM007 say already that an entry outlives its memory.
  private func staleMaps(_ analysis: Analysis) -> Set<Symbol> {
    var result: Set<Symbol> = []
    for report in FlowReport.all(analysis, with: [.danglingAtExit, .staleUse]) {
      for event in report.result.events where event.kind == .danglingAtExit || event.kind == .staleUse {
        if let symbol = report.mapSymbol(event.map) { result.insert(symbol) }
      }
    }
    return result
  }

  private func finding(
    _ analysis: Analysis, _ owner: Unit.Declaration, _ insert: MapFacts.Insert, _ freed: FreedTypes, _ types: [Symbol]
  ) -> Finding {
    let map = analysis.name(owner.displayName)
    let release = types.lazy.compactMap { freed.release(of: $0) }.first
    let type = analysis.name(insert.key.name)
    let function = analysis.program.function(insert.function)
    return Finding(
      rule: info.id, severity: release == nil ? .green : .yellow,
      message: "entries of `\(map)` are keyed by addresses of C (`\(type)`) and are never removed",
      uncertainty: release == nil ? "no function that frees `\(type)` is known" : nil,
      place: analysis.place(insert.range), symbol: analysis.name(function.displayName),
      steps: [
        FlowStep(.stored, at: analysis.place(insert.range), "inserted here"),
        FlowStep(.note, at: analysis.place(owner.range), "`\(map)` lives long, and nothing removes its entries"),
      ]
        + (release.map {
          [FlowStep(.note, at: analysis.place(insert.range), "`C.\(analysis.name($0))` frees the keys")]
        } ?? []))
  }
}
