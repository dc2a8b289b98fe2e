import Foundation

/// SARIF 2.1.0, as GitHub's code scanning and other viewers read it: all rules are declared, each flow is a code flow, fixes and suppressions are kept.
public struct SARIFReporter: Reporter {
  /// GitHub refuses a run with more results.
  public static let maximumResults = 25_000

  /// A reporter.
  public init() {}

  /// The log with one run.
  public func render(_ report: Report, sources: any SourceProvider) -> String {
    JSONText.encode(log(report, sources)) + "\n"
  }

  private func log(_ report: Report, _ sources: any SourceProvider) -> SARIFLog {
    let columns = SARIFColumns(sources: sources)
    var notifications = report.diagnostics.map { diagnostic in
      SARIFLog.Notification(
        level: "warning", message: .init(text: diagnostic.message), locations: [columns.location(diagnostic.place)])
    }
    let shown = Self.worst(report.findings)
    if shown.count < report.findings.count {
      notifications.append(
        SARIFLog.Notification(
          level: "warning",
          message: .init(
            text:
              "\(report.findings.count - shown.count) more findings are left out: viewers read \(Self.maximumResults) a run"
          )))
    }
    let indices = Dictionary(report.rules.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    let driver = SARIFLog.Driver(
      name: "Belay", version: report.toolVersion, semanticVersion: report.toolVersion, informationUri: nil,
      rules: report.rules.map(rule))
    let run = SARIFLog.Run(
      tool: .init(driver: driver),
      invocations: [
        .init(executionSuccessful: true, toolExecutionNotifications: notifications.isEmpty ? nil : notifications)
      ],
      results: shown.map { result($0, indices, columns) }, columnKind: "utf16CodeUnits",
      originalUriBaseIds: nil, properties: .init(statistics: report.statistics))
    return SARIFLog(runs: [run])
  }

  /// The findings that a run may hold, in their order: open ones before suppressed ones, red before yellow before green.
  static func worst(_ findings: [Finding]) -> [Finding] {
    guard findings.count > maximumResults else { return findings }
    func rank(_ finding: Finding) -> Int {
      let gravity = Severity.allCases.firstIndex(of: finding.severity) ?? 0
      return (finding.suppression == nil ? 0 : Severity.allCases.count) - gravity
    }
    let kept = findings.indices.sorted { (rank(findings[$0]), $0) < (rank(findings[$1]), $1) }.prefix(maximumResults)
    return kept.sorted().map { findings[$0] }
  }

  private func rule(_ rule: RuleDescription) -> SARIFLog.Rule {
    SARIFLog.Rule(
      id: rule.id, name: rule.name, shortDescription: .init(text: rule.summary),
      fullDescription: .init(text: rule.summary),
      help: .init(text: rule.page, markdown: rule.page),
      defaultConfiguration: .init(enabled: rule.isOnByDefault, level: rule.severity.sarifLevel),
      properties: .init(tags: ["memory", "correctness"], languages: rule.languages))
  }

  private func result(_ finding: Finding, _ indices: [String: Int], _ columns: SARIFColumns) -> SARIFLog.Result {
    var primary = columns.location(finding.place)
    if !finding.symbol.isEmpty { primary.logicalLocations = [.init(fullyQualifiedName: finding.symbol)] }
    let steps = finding.steps.map { columns.location($0.place, message: $0.message) }
    var result = SARIFLog.Result(
      ruleId: finding.rule, ruleIndex: indices[finding.rule], level: finding.severity.sarifLevel,
      message: .init(text: finding.message),
      locations: [primary])
    if !steps.isEmpty {
      result.relatedLocations = steps.enumerated().map { index, step in
        var step = step
        step.id = index + 1
        return step
      }
      let flow = zip(steps, finding.steps).enumerated().map { index, pair in
        SARIFLog.ThreadFlowLocation(location: pair.0, kinds: [pair.1.kind.rawValue], executionOrder: index + 1)
      }
      result.codeFlows = [.init(threadFlows: [.init(locations: flow)])]
    }
    let fixes = finding.fixes.filter { !$0.edits.isEmpty }
    if !fixes.isEmpty { result.fixes = fixes.map { fix($0, columns) } }
    if !finding.fingerprint.isEmpty { result.partialFingerprints = ["primaryLocationLineHash": finding.fingerprint] }
    switch finding.suppression {
    case .comment(let reason): result.suppressions = [.init(kind: "inSource", justification: reason)]
    case .baseline: result.suppressions = [.init(kind: "external", justification: "baseline")]
    case nil: break
    }
    result.properties = .init(symbol: finding.symbol, uncertainty: finding.uncertainty)
    return result
  }

  private func fix(_ fix: Fix, _ columns: SARIFColumns) -> SARIFLog.Fix {
    let byFile = Dictionary(grouping: fix.edits, by: \.place.file)
    let changes = byFile.keys.sorted().map { file in
      SARIFLog.ArtifactChange(
        artifactLocation: columns.artifact(file),
        replacements: (byFile[file] ?? []).map {
          .init(deletedRegion: columns.region($0.place), insertedContent: .init(text: $0.replacement))
        })
    }
    return .init(description: .init(text: fix.title), artifactChanges: changes)
  }
}

extension Severity {
  var sarifLevel: String {
    switch self {
    case .red: "error"
    case .yellow: "warning"
    case .green: "note"
    }
  }

  init?(sarifLevel: String) {
    switch sarifLevel {
    case "error": self = .red
    case "warning": self = .yellow
    case "note": self = .green
    default: return nil
    }
  }
}

/// Places in SARIF's terms: columns in UTF-16 units, files as relative URIs.
struct SARIFColumns {
  let sources: any SourceProvider

  func location(_ place: Place, message: String? = nil) -> SARIFLog.Location {
    SARIFLog.Location(
      physicalLocation: .init(artifactLocation: artifact(place.file), region: region(place)),
      message: message.map { .init(text: $0) })
  }

  func artifact(_ file: String) -> SARIFLog.ArtifactLocation {
    // A colon in the first name of a relative reference would end a scheme.
    let allowed = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: ":;"))
    let uri = file.addingPercentEncoding(withAllowedCharacters: allowed) ?? file
    return .init(uri: file.hasPrefix("/") ? "file://" + uri : uri, uriBaseId: file.hasPrefix("/") ? nil : "%SRCROOT%")
  }

  func region(_ place: Place) -> SARIFLog.Region {
    .init(
      startLine: place.line, startColumn: column(place.column, line: place.line, place.file), endLine: place.endLine,
      endColumn: column(place.endColumn, line: place.endLine, place.file))
  }

  private func column(_ column: Int, line: Int, _ file: String) -> Int {
    guard let text = sources.line(line, of: file) else { return column }
    return String(decoding: Array(text.utf8).prefix(max(0, column - 1)), as: UTF8.self).utf16.count + 1
  }
}
