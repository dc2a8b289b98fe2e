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
    let held = HeldTypes(analysis.program)
    let stale = staleMaps(analysis)
    let ending = endingOwners(analysis)
    return analysis.mapFacts.groups.compactMap { group in
      guard group.clearers.isEmpty, !group.isEscaped, stale.isDisjoint(with: group.symbols) else { return nil }
      let inserts = group.inserts.filter {
        ($0.key.class == .cPointer || $0.key.class == .aggregate && $0.key.holdsCPointer) && !isLocal($0, analysis)
      }
      let placed = inserts.map { (insert: $0, place: analysis.place($0.range)) }.sorted { $0.place < $1.place }
      guard let first = placed.first else { return nil }
      // One that holds it for long: fields and globals that are known as such.
      let names = group.symbols.compactMap { analysis.program.declaration($0) }.filter {
        $0.type.class == .map || !$0.isField && $0.type.class == .aggregate
      }
      .sorted { analysis.place($0.range) < analysis.place($1.range) }
      guard let owner = names.first, !ending.contains(Self.owner(of: analysis.name(owner.symbol))) else { return nil }
      let types = inserts.flatMap { held.types(of: $0.key, unit: analysis.program.unitIndex(of: $0.function)) }
      let release = types.lazy.compactMap { freed.release(of: $0) }.first
      if !group.removers.isEmpty, release == nil || !areSetters(group, analysis) { return nil }
      return finding(analysis, owner, first.insert, release, isSet: !group.removers.isEmpty)
    }
  }

  // MARK: What ends or removes

  /// The type of a field: its full name without the last part.
  private static func owner(of field: String) -> String {
    String(field.prefix(upTo: field.lastIndex(of: ".") ?? field.endIndex))
  }

  /// The types whose objects give back memory of C that one of their fields holds: a map in another field ends with them.
  private func endingOwners(_ analysis: Analysis) -> Set<String> {
    var result: Set<String> = []
    for found in analysis.results.all(with: .frees) {
      for placed in found.summary.cases.flatMap(\.effects) {
        guard case .free(let value, _) = placed.effect, value.index > 0,
          case .field(let base, let field) = found.values[value].definition, base != .globals
        else { continue }
        result.insert(Self.owner(of: analysis.name(analysis.program.common(field))))
      }
    }
    return result
  }

  /// Whether entries are removed only by functions that insert on other ways under the same key, and that are never called to remove:
  /// a setter that is given nil. Then the end of an object removes nothing.
  private func areSetters(_ group: MapFacts.Group, _ analysis: Analysis) -> Bool {
    group.removers.allSatisfy { remover in
      guard let report = FlowReport(analysis, remover), !analysis.callGraph.isAddressTaken[Int(remover.rawValue)] else {
        return false
      }
      let ways = report.result.summary.cases.map { summaryCase in
        var stored: Set<ValueNumber> = []
        var removed: Set<ValueNumber> = []
        for placed in summaryCase.effects {
          switch placed.effect {
          case .mapStore(let map, let key, _, _):
            if let symbol = report.mapSymbol(map), group.symbols.contains(symbol) { stored.insert(key) }
          case .mapDelete(let map, let key, _):
            if let symbol = report.mapSymbol(map), group.symbols.contains(symbol) { removed.insert(key) }
          default: break
          }
        }
        return (stored: stored, removed: removed)
      }
      let removed = ways.reduce(into: Set<ValueNumber>()) { $0.formUnion($1.removed) }
      let stored = ways.filter(\.removed.isEmpty).reduce(into: Set<ValueNumber>()) { $0.formUnion($1.stored) }
      guard !removed.isEmpty, removed.isSubset(of: stored), removed.allSatisfy({ isGiven($0, report) }) else {
        return false
      }
      return !analysis.callGraph.incoming(remover).contains { isToldToRemove($0, analysis) }
    }
  }

  /// Whether a value comes from the caller, so that the function can be called again for it.
  private func isGiven(_ value: ValueNumber, _ report: FlowReport) -> Bool {
    guard value.index > 0 else { return false }
    switch report.result.values[value].definition {
    case .parameter: return true
    case .field(let base, _): return isGiven(base, report)
    default: return false
    }
  }

  /// Whether a call hands over nil, false or zero.
  private func isToldToRemove(_ edge: CallGraph.Edge, _ analysis: Analysis) -> Bool {
    if edge.isArgument { return true }
    let caller = analysis.program.function(edge.caller)
    let definitions = Definitions(caller)
    return caller.calls[Int(edge.call)].arguments.contains { argument in
      guard case .constant(_, let constant)? = definitions.origin(of: argument)?.operation else { return false }
      return constant == .nil || constant == .false || constant == .zero
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
    _ analysis: Analysis, _ owner: Unit.Declaration, _ insert: MapFacts.Insert, _ release: Symbol?, isSet: Bool
  ) -> Finding {
    let map = analysis.name(owner.displayName)
    let type = analysis.name(insert.key.name)
    let function = analysis.program.function(insert.function)
    let wording = Wording(language: function.language)
    return Finding(
      rule: info.id, severity: release == nil ? .green : .yellow,
      message: isSet
        ? "entries of `\(map)` are keyed by addresses of C (`\(type)`), and the end of the object removes none"
        : "entries of `\(map)` are keyed by addresses of C (`\(type)`) and are never removed",
      uncertainty: release == nil ? "no function that frees `\(type)` is known" : nil,
      place: analysis.place(insert.range), symbol: analysis.name(function.displayName),
      steps: [
        FlowStep(.stored, at: analysis.place(insert.range), "inserted here"),
        FlowStep(
          .note, at: analysis.place(owner.range),
          isSet
            ? "`\(map)` lives long, and only its setter removes entries"
            : "`\(map)` lives long, and nothing removes its entries"),
      ]
        + (release.map {
          [FlowStep(.note, at: analysis.place(insert.range), "`\(wording.foreign(analysis.name($0)))` frees the keys")]
        } ?? []))
  }
}
