import Findings

/// Memory is freed first and its entry removed afterwards: in between the map holds a dead address, which the allocator can already have
/// handed to someone else, whose entry the removal then takes away.
///
/// Red when other threads can be expected at the map and no lock is held from the one step to the other.
struct FreeBeforeRemove: Rule {
  let info = RuleDescription(
    id: "BM003", name: "free-before-remove", severity: .yellow, languages: [.go, .swift],
    summary: "Memory is freed before its entry is removed from the map.",
    page: String(decoding: PackageResources.BM003_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    var seen: Set<[FlowReport.Root]> = []
    var result: [Finding] = []
    for component in analysis.callGraph.components {
      for id in component {
        guard analysis.results.traits(id).contains(.has(.freeBeforeRemove)), let report = FlowReport(analysis, id)
        else {
          continue
        }
        for event in report.result.events where event.kind == .freeBeforeRemove && event.release?.isLoan != true {
          // Where nobody else looks, neither a loop that empties a map harms anybody, nor memory that is not the key: only a key that is handed out again finds the entry.
          let isHidden = event.isUnderOneLock || report.isCalledUnderLock || !report.isShared(event.map)
          if isHidden, event.origin == .ranged || event.role != .key { continue }
          // Under one lock only what stands side by side is worth a word.
          if event.isUnderOneLock, report.call(event.released) != nil || report.call(event.at) != nil { continue }
          guard seen.insert([report.root(event.released), report.root(event.at)]).inserted else { continue }
          result.append(finding(report, event))
        }
      }
    }
    return result
  }

  private func finding(_ report: FlowReport, _ event: FlowEvent) -> Finding {
    let (limit, limitReason) = report.limit(event)
    var severity = Severity.yellow
    var reason: String?
    let isUnderOneLock = event.isUnderOneLock || report.isCalledUnderLock
    if isUnderOneLock {
      reason = "one lock is held over both steps: harmless as long as every insertion takes it as well"
    } else if !report.isShared(event.map) {
      reason = "no other thread is known to use the map"
    } else if event.origin == .ranged {
      reason = "the loop empties the map"
    } else if event.role == .field {
      reason = "the pointer is a field of what the map holds; the object may know that it is gone"
    } else {
      severity = limit
      reason = limitReason
    }
    let map = report.name(event.map)
    let pointer = report.name(event.pointer)
    let release = report.releaseName(event.release)
    var parts: [[FlowStep]] = []
    if event.allocated != .none { parts.append(report.steps(.allocated, event.allocated, "allocated here")) }
    if event.stored != .none {
      parts.append(
        report.steps(
          event.origin == .stored ? .stored : .lookedUp, event.stored,
          "\(event.origin == .stored ? "stored in" : "looked up in") `\(map)` here"))
    }
    parts.append(report.steps(.freed, event.released, "freed here by `\(release)`"))
    parts.append(report.steps(.removed, event.at, "removed from `\(map)` only here"))
    return Finding(
      rule: info.id, severity: severity,
      message: "`\(release)` frees `\(pointer)` before its entry is removed from `\(map)`", uncertainty: reason,
      place: report.shownPlace(event.released), symbol: report.symbol, steps: report.flow(parts),
      fixes: [report.swap(event.released, event.at, "Remove the entry before the release")].compactMap { $0 })
  }
}
