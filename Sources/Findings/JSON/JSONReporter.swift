import Foundation

/// The report as one JSON object. `docs/report-json.md` describes it; what is there stays, what is new may be added.
public struct JSONReporter: Reporter {
  /// A reporter.
  public init() {}

  /// Keys are sorted, so that equal reports give equal texts.
  public func render(_ report: Report, sources: any SourceProvider) -> String {
    JSONText.encode(JSONReport(report)) + "\n"
  }
}

/// The form of the report that other programs read: apart from the model, so that a change there does not change it.
private struct JSONReport: Encodable {
  struct Tool: Encodable {
    var name = "Belay"
    var version: String
  }

  struct Rule: Encodable {
    var id: String
    var name: String
    var severity: Severity
    var summary: String
  }

  struct Finding: Encodable {
    var rule: String
    var severity: Severity
    var message: String
    var uncertainty: String?
    var place: Place
    var symbol: String
    var steps: [FlowStep]
    var fixes: [Fix]
    var fingerprint: String
    var suppression: Suppression?
  }

  struct Suppression: Encodable {
    var kind: String
    var reason: String?
  }

  var schemaVersion = 1
  var tool: Tool
  var rules: [Rule]
  var findings: [Finding]
  var diagnostics: [Diagnostic]
  var statistics: Report.Statistics

  init(_ report: Report) {
    tool = Tool(version: report.toolVersion)
    rules = report.rules.map { Rule(id: $0.id, name: $0.name, severity: $0.severity, summary: $0.summary) }
    findings = report.findings.map { finding in
      let suppression: Suppression? =
        switch finding.suppression {
        case .comment(let reason): Suppression(kind: "comment", reason: reason)
        case .baseline: Suppression(kind: "baseline")
        case nil: nil
        }
      return Finding(
        rule: finding.rule, severity: finding.severity, message: finding.message, uncertainty: finding.uncertainty,
        place: finding.place, symbol: finding.symbol, steps: finding.steps, fixes: finding.fixes,
        fingerprint: finding.fingerprint, suppression: suppression)
    }
    diagnostics = report.diagnostics
    statistics = report.statistics
  }
}
