import Findings

/// Memory that C allocated is the value of a map, and is lost when its entry is overwritten or removed: nothing frees it.
///
/// Silent for constant keys, for keys that were looked up before (caches), and where values of the map are freed when they are removed.
struct CAllocationLeaked: Rule {
  let info = RuleDescription(
    id: "BM006", name: "c-allocation-leaked", severity: .yellow, languages: [.go, .swift],
    summary: "A map drops memory that C allocated, and nobody frees it.",
    page: String(decoding: PackageResources.BM006_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    var seen: Set<FlowReport.Root> = []
    var result: [Finding] = []
    let contents = contents(analysis)
    for component in analysis.callGraph.components {
      for id in component {
        guard !analysis.results.traits(id).isDisjoint(with: [.has(.leak), .has(.blindStore)]),
          let report = FlowReport(analysis, id), !report.function.isInitializer
        else { continue }
        for event in report.result.events where event.kind == .leak || event.kind == .blindStore {
          if event.kind == .blindStore, !isPlainMemory(event, report) { continue }
          // Where some function frees what it takes out of the map, a way on which the entry is overwritten is most likely one that cannot be
          // taken; and of a removal in a callee the ways are not told apart as well as here.
          if event.isOverwrite || report.call(event.at) != nil, let symbol = report.mapSymbol(event.map),
            contents.freed.contains(symbol)
          {
            continue
          }
          if seen.insert(report.root(event.at)).inserted { result.append(finding(report, event)) }
        }
      }
    }
    result += removals(analysis, contents, &seen)
    return result
  }

  /// Strings and buffers, which nobody else keeps track of. An object of a library under a new key is what a registry is for.
  private func isPlainMemory(_ event: FlowEvent, _ report: FlowReport) -> Bool {
    guard report.analysis.name(event.function) == "free" else { return false }
    return !report.result.summary.cases.contains { summaryCase in
      summaryCase.effects.contains {
        switch $0.effect {
        case .free(event.pointer, _), .escape(event.pointer), .store(_, _, event.pointer): true
        default: false
        }
      }
    }
  }

  private func finding(_ report: FlowReport, _ event: FlowEvent) -> Finding {
    let map = event.map == .none ? "the map" : "`\(report.name(event.map))`"
    var parts: [[FlowStep]] = []
    if event.allocated != .none { parts.append(report.steps(.allocated, event.allocated, "allocated by C here")) }
    parts.append(report.steps(.stored, event.stored, "stored in \(map) here"))
    if event.at != event.stored {
      parts.append(report.steps(.removed, event.at, event.isOverwrite ? "overwritten here" : "removed here"))
    }
    let message =
      event.kind == .blindStore
      ? "memory of C is stored in \(map) over what was there, which nobody frees"
      : "memory of C is lost when its entry is \(event.isOverwrite ? "overwritten" : "removed")"
    return Finding(
      rule: info.id, severity: .yellow, message: message,
      uncertainty: event.kind == .blindStore ? "whether the key was there before is not known" : nil,
      place: report.place(event.at), symbol: report.symbol, steps: report.flow(parts))
  }

  // MARK: Insert and removal in different functions

  /// What the maps of the program are filled with.
  private struct Contents {
    /// Stores of memory that C allocated, by map.
    var filled: [Symbol: (FlowReport, PlacedEffect)] = [:]
    /// Maps whose values something frees, or others hold as well.
    var freed: Set<Symbol> = []
  }

  private func contents(_ analysis: Analysis) -> Contents {
    var filled: [Symbol: (FlowReport, PlacedEffect)] = [:]
    var freed: Set<Symbol> = []
    let freedRoots = freedAllocations(analysis)
    for id in analysis.program.functionIDs {
      guard analysis.results.traits(id).contains(.touchesMaps), let report = FlowReport(analysis, id) else { continue }
      for summaryCase in report.result.summary.cases {
        var lookups: [ValueNumber: Symbol] = [:]
        for placed in summaryCase.effects {
          switch placed.effect {
          case .mapStore(let map, _, let value, _):
            guard let symbol = report.mapSymbol(map) else { continue }
            let isHeldBesides = summaryCase.effects.contains {
              switch $0.effect {
              case .free(value, _), .escape(value), .store(_, _, value): true
              default: false
              }
            }
            if isHeldBesides || allocation(of: value, summaryCase, report).map(freedRoots.contains) == true {
              freed.insert(symbol)
            } else if isGivenByCallers(value, report) {
              // The callers say what it is.
              continue
            } else if value.index > 0, report.result.values[value].source == .foreignAllocation {
              if filled[symbol] == nil { filled[symbol] = (report, placed) }
            } else {
              freed.insert(symbol)
            }
          case .mapLoad(let map, _, let value, _), .mapNext(let map, _, let value, _):
            if let symbol = report.mapSymbol(map) { lookups[value] = symbol }
          case .free(let value, _), .escape(let value), .store(_, _, let value):
            if let symbol = lookups[value] { freed.insert(symbol) }
          default: break
          }
        }
        // A value that is looked up, removed and given back is the caller's to free.
        for result in summaryCase.results {
          guard let symbol = lookups[result] else { continue }
          let isRemoved = summaryCase.effects.contains {
            if case .mapDelete(let map, _, _) = $0.effect { report.mapSymbol(map) == symbol } else { false }
          }
          if isRemoved { freed.insert(symbol) }
        }
      }
    }
    return Contents(filled: filled, freed: freed)
  }

  private func isGivenByCallers(_ value: ValueNumber, _ report: FlowReport) -> Bool {
    guard value.index > 0, case .parameter = report.result.values[value].definition else { return false }
    return !report.analysis.callGraph.incoming(report.id).isEmpty
  }

  /// Where memory is allocated that some function frees, whoever gave it to that function.
  private func freedAllocations(_ analysis: Analysis) -> Set<FlowReport.Root> {
    var result: Set<FlowReport.Root> = []
    for id in analysis.program.functionIDs {
      guard analysis.results.traits(id).contains(.hasFreedAllocations), let report = FlowReport(analysis, id) else {
        continue
      }
      for site in report.result.freedAllocations { result.insert(report.root(site)) }
    }
    return result
  }

  private func allocation(
    of value: ValueNumber, _ summaryCase: SummaryCase, _ report: FlowReport
  ) -> FlowReport.Root? {
    for placed in summaryCase.effects {
      if case .allocate(value, _) = placed.effect { return report.root(placed.site) }
    }
    return nil
  }

  /// Removals from maps that are filled with memory of C, and whose values nothing ever frees.
  private func removals(_ analysis: Analysis, _ contents: Contents, _ seen: inout Set<FlowReport.Root>) -> [Finding] {
    var result: [Finding] = []
    for id in analysis.program.functionIDs {
      guard analysis.results.traits(id).contains(.touchesMaps), let report = FlowReport(analysis, id) else { continue }
      for placed in report.result.summary.cases.flatMap(\.effects) {
        let map: ValueNumber
        switch placed.effect {
        case .mapDelete(let removed, _, _), .mapClear(let removed): map = removed
        default: continue
        }
        guard report.result.sites[placed.site].inner == nil, let symbol = report.mapSymbol(map),
          let store = contents.filled[symbol], !contents.freed.contains(symbol),
          seen.insert(report.root(placed.site)).inserted
        else { continue }
        let steps =
          store.0.steps(.stored, store.1.site, "memory that C allocated is stored here")
          + report.steps(.removed, placed.site, "removed here")
        result.append(
          Finding(
            rule: info.id, severity: .yellow,
            message: "memory of C in `\(report.name(map))` is lost when its entry is removed: nothing frees it",
            place: report.place(placed.site), symbol: report.symbol, steps: steps))
      }
    }
    return result
  }
}
