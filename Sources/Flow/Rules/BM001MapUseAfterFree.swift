import Findings

/// A map hands out a pointer whose memory C has freed, and it is used: `m[k] = p; free(p); use(m[k])`, also across functions.
///
/// Red only where it is the same pointer on a way through the program. Silent where the entry may have been removed in between.
struct MapUseAfterFree: Rule {
  let info = RuleDescription(
    id: "BM001", name: "map-use-after-free", severity: .red, languages: [.go, .swift],
    summary: "A map hands out a pointer after its memory was freed, and it is used.",
    page: String(decoding: PackageResources.BM001_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    var seen: Set<[FlowReport.Root]> = []
    var result: [Finding] = []
    for report in FlowReport.all(analysis, with: [.staleUse]) {
      for event in report.result.events where event.kind == .staleUse && event.release?.isLoan != true {
        if report.areInOneCall(event.released, event.at) && report.areInOneCall(event.staleLookup, event.at) {
          continue
        }
        guard seen.insert([report.root(event.at), report.root(event.released)]).inserted else { continue }
        result.append(finding(report, event))
      }
    }
    return result
  }

  private func finding(_ report: FlowReport, _ event: FlowEvent) -> Finding {
    var (severity, reason) = report.limit(event)
    if event.isUncertain {
      severity = min(severity, .yellow)
      reason = "the entry may have been removed or replaced in between"
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
    parts.append(report.steps(.lookedUp, event.staleLookup, "`\(map)` still hands it out here"))
    parts.append(report.steps(.used, event.at, "used here after it was freed"))
    return Finding(
      rule: info.id, severity: severity,
      message: "`\(pointer)` comes out of `\(map)` after `\(release)` has freed it, and is used",
      uncertainty: reason, place: report.shownPlace(event.at), symbol: report.symbol, steps: report.flow(parts),
      fixes: [report.removeFirst(event)].compactMap { $0 })
  }
}
