import Findings

/// What BM002 and BM007 share: entries that hold something released when a function ends.
struct DanglingEntries {
  let analysis: Analysis

  /// The events of all functions that match, each release and map once, in the innermost function that sees both.
  func events(where isMeant: (FlowEvent) -> Bool) -> [(FlowReport, FlowEvent)] {
    var seen: Set<[FlowReport.Root]> = []
    var result: [(FlowReport, FlowEvent)] = []
    // Callees come before callers in the components, so the innermost function wins.
    for component in analysis.callGraph.components {
      for id in component {
        guard analysis.results.traits(id).contains(.has(.danglingAtExit)), let report = FlowReport(analysis, id) else {
          continue
        }
        for event in report.result.events where event.kind == .danglingAtExit {
          if event.isPanic || event.isUncertain || event.release?.isLoan == true || !isMeant(event) { continue }
          let key = [report.root(event.released), report.root(event.stored)]
          if seen.contains(key) { continue }
          if Self.endsOwner(report, event) || Self.isOwnReference(report, event) {
            // Callers that do not see the owner end know no better.
            seen.insert(key)
            continue
          }
          let isPublic = report.function.isPublic(analysis.program.symbols)
          if !isPublic && report.isMendedByCallers(event) || isUsedStale(report, event)
            || isSkippedRemoval(report, event)
          {
            continue
          }
          seen.insert(key)
          result.append((report, event))
        }
      }
    }
    return result
  }

  /// Then BM001 says it.
  private func isUsedStale(_ report: FlowReport, _ event: FlowEvent) -> Bool {
    report.result.events.contains { $0.kind == .staleUse && $0.released == event.released && !$0.isUncertain }
  }

  /// Then BM019 says it.
  private func isSkippedRemoval(_ report: FlowReport, _ event: FlowEvent) -> Bool {
    event.origin == .stored && ThrowSkipsRemoval.removal(skippedBy: event, report) != nil
  }

  /// Whether the function sets out to end the whole owner of the map: then nobody looks at the map any more.
  static func isTeardown(_ report: FlowReport, _ event: FlowEvent) -> Bool {
    guard event.map.index > 0, case .field(let base, _) = report.result.values[event.map].definition, base != .globals
    else { return false }
    let name = FlowReport.lastPart(report.analysis.name(report.function.displayName)).lowercased()
    let words = [
      "close", "destroy", "free", "release", "dispose", "shutdown", "cleanup", "teardown", "finalize", "stop",
      "terminate", "unref", "delete", "deinit",
    ]
    return words.contains { name.hasPrefix($0) || name.hasSuffix($0) }
  }

  /// Whether a reference is given back that C handed out in this function, of an object that was in the map before: the entry has its own.
  static func isOwnReference(_ report: FlowReport, _ event: FlowEvent) -> Bool {
    guard event.release?.isReference == true, event.origin == .lookedUp, event.role == .key, event.allocated == .none,
      event.pointer.index > 0
    else { return false }
    if case .instruction(let number, _) = report.result.values[event.pointer].definition { return number >= 0 }
    return false
  }

  /// Whether the owner of the map gives back its own memory of C in the same function.
  static func endsOwner(_ report: FlowReport, _ event: FlowEvent) -> Bool {
    guard event.map.index > 0, case .field(let owner, _) = report.result.values[event.map].definition, owner != .globals
    else { return false }
    return report.result.summary.cases.contains { summaryCase in
      summaryCase.effects.contains { placed in
        guard case .free(let value, _) = placed.effect, value.index > 0, value != event.pointer else { return false }
        if case .field(let base, _) = report.result.values[value].definition { return base == owner }
        return value == owner
      }
    }
  }

  /// A finding for an event, with the words of the rule.
  static func finding(
    _ rule: RuleDescription, _ report: FlowReport, _ event: FlowEvent, message: (String, String, String) -> String,
    found: String
  ) -> Finding {
    var (severity, reason) = report.limit(event)
    func lower(_ why: String) {
      if severity > .yellow {
        severity = .yellow
        reason = why
      }
    }
    let exit = report.result.exits[event.released]
    if let exit, exit.dangling < exit.released { lower("the entry stays only on some ways through the function") }
    if report.function.isPublic(report.analysis.program.symbols), report.isMendedByCallers(event) {
      lower("the callers in the package mend it; others may not")
    }
    if event.role == .field {
      lower("the pointer is a field of what the map holds; the object may know that it is gone")
    }
    if event.origin == .ranged, isTeardown(report, event) {
      lower("the function seems to end the owner of the map; nobody may look at it afterwards")
    }
    let map = report.name(event.map)
    let release = report.releaseName(event.release)
    var parts: [[FlowStep]] = []
    if event.allocated != .none { parts.append(report.steps(.allocated, event.allocated, "allocated here")) }
    parts.append(report.steps(event.origin == .stored ? .stored : .lookedUp, event.stored, "\(found) `\(map)` here"))
    parts.append(report.steps(.freed, event.released, "freed here by `\(release)`"))
    parts.append([FlowStep(.note, at: report.place(event.at), "the entry is still there when the function ends")])
    return Finding(
      rule: rule.id, severity: severity, message: message(report.name(event.pointer), map, release),
      uncertainty: reason,
      place: report.shownPlace(event.released), symbol: report.symbol, steps: report.flow(parts),
      fixes: [report.removeFirst(event)].compactMap { $0 })
  }
}
