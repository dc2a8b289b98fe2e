import Findings

/// A pointer that is good for the length of a call leaves it: out of the closure of `withUnsafePointer` and the like, or out of an implicit conversion such as
/// `&value`, into a map, a property, a list, a C library that keeps it, or the result of the function.
///
/// Silent for memory that outlives the call: what was allocated, a pointer that is only rebound, a global. Silent for the address as a number, which is looked at
/// and not through.
struct ClosurePointerEscapes: Rule {
  let info = RuleDescription(
    id: "BM008", name: "closure-pointer-escapes", severity: .red, languages: [.swift],
    summary: "A pointer that is lent for a call is kept when the call is over.",
    page: String(decoding: PackageResources.BM008_md, as: UTF8.self))

  /// The kinds of events that tell of a loan.
  private static let wanted: ResultTraits = [
    .has(.danglingAtExit), .has(.loanStored), .has(.loanReturned), .has(.loanKept), .has(.loanUsed),
  ]

  func findings(in analysis: Analysis) -> [Finding] {
    var seen: Set<FlowReport.Root> = []
    var result: [Finding] = []
    // Callees come before callers in the components, so the innermost function wins.
    for component in analysis.callGraph.components {
      for id in component {
        guard !analysis.results.traits(id).isDisjoint(with: Self.wanted), let report = FlowReport(analysis, id) else {
          continue
        }
        let events = report.result.events.filter { $0.release?.isLoan == true && isFault($0, report) }
        for event in events.sorted(by: { rank($0) < rank($1) }) {
          guard seen.insert(report.root(event.released)).inserted else { continue }
          result.append(finding(report, event))
        }
      }
    }
    return result
  }

  /// Of several ways out the one that is told: what is kept longest first.
  private func rank(_ event: FlowEvent) -> Int {
    switch event.kind {
    case .danglingAtExit: 0
    case .loanKept: 1
    case .loanStored: 2
    case .loanUsed: 3
    default: 4
    }
  }

  private func isFault(_ event: FlowEvent, _ report: FlowReport) -> Bool {
    switch event.kind {
    case .loanStored, .loanReturned, .loanKept: true
    // The end of a loan looks at nothing: in a recursion the loan of one call ends while another's is over.
    case .loanUsed: report.root(event.at) != report.root(event.released)
    case .danglingAtExit:
      !event.isUncertain && !event.isPanic && report.result.values[event.pointer].type.class == .cPointer
    default: false
    }
  }

  /// What keeps a pointer, from the full name of the field that it lies in.
  private func holder(_ field: String) -> String {
    let name = FlowReport.lastPart(field)
    if name == "element" { return "a list" }
    return field.hasPrefix("tuple.") ? "a tuple" : "`\(name)`"
  }

  private func finding(_ report: FlowReport, _ event: FlowEvent) -> Finding {
    let lender = report.releaseName(event.release)
    var steps: [[FlowStep]] = []
    let message: String
    var place = report.shownPlace(event.released)
    switch event.kind {
    case .danglingAtExit:
      let map = report.name(event.map)
      message = "`\(map)` keeps a pointer that `\(lender)` lends for one call"
      steps.append(report.steps(.stored, event.stored, "stored in `\(map)` here"))
      place = report.shownPlace(event.stored)
    case .loanStored:
      message = "\(holder(report.analysis.name(event.function))) keeps a pointer that `\(lender)` lends for one call"
    case .loanKept:
      message =
        "`\(report.wording.foreign(report.analysis.name(event.function)))` keeps a pointer that is lent for one call"
    case .loanUsed:
      message = "a pointer that `\(lender)` lends for one call is used when the call is over"
      place = report.shownPlace(event.at)
    default: message = "a pointer that `\(lender)` lends for one call is returned"
    }
    steps.append(report.steps(.freed, event.released, "good until here, where the call of `\(lender)` is over"))
    if event.kind == .loanUsed { steps.append(report.steps(.used, event.at, "used here")) }
    return Finding(
      rule: info.id, severity: .red, message: message, place: place, symbol: report.symbol, steps: report.flow(steps))
  }
}
