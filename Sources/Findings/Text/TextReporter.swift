/// The report for people: each finding with its source line, the numbered steps of its flow, and the fix as a difference.
public struct TextReporter: Reporter {
  private let style: TerminalStyle
  private let showsSuppressed: Bool

  /// A reporter; `color` for terminals that want it.
  public init(color: Bool, showsSuppressed: Bool = false) {
    style = TerminalStyle(isOn: color)
    self.showsSuppressed = showsSuppressed
  }

  /// The findings in the order of the report, what could not be read, and a summary.
  public func render(_ report: Report, sources: any SourceProvider) -> String {
    var text = ""
    let names = Dictionary(report.rules.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
    for finding in report.findings where showsSuppressed || finding.suppression == nil {
      write(finding, name: names[finding.rule] ?? "", sources, into: &text)
    }
    for diagnostic in report.diagnostics {
      text += "\(style.bold(clean(diagnostic.place.description))): not analysed in full: \(clean(diagnostic.message))\n"
      excerpt(diagnostic.place, sources, indent: "  ", into: &text)
    }
    text += summary(report)
    return text
  }

  private func write(_ finding: Finding, name: String, _ sources: any SourceProvider, into text: inout String) {
    let label = style.severity(finding.severity.rawValue, finding.severity)
    text +=
      "\(style.bold(clean(finding.place.description))): \(label): \(clean(finding.message)) \(style.faint("[\(finding.rule) \(name)]"))\n"
    excerpt(finding.place, sources, indent: "  ", into: &text)
    for (number, step) in finding.steps.enumerated() {
      text +=
        "  \(style.bold("\(number + 1).")) \(clean(step.message)) \(style.faint("(\(clean(step.place.description)))"))\n"
      excerpt(step.place, sources, indent: "     ", into: &text)
    }
    if let uncertainty = finding.uncertainty { text += "  note: \(clean(uncertainty))\n" }
    if let fix = finding.fixes.first { write(fix, sources, into: &text) }
    switch finding.suppression {
    case .comment(let reason): text += "  ignored: \(clean(reason))\n"
    case .baseline: text += "  known: it is in the baseline\n"
    case nil: break
    }
    text += "\n"
  }

  /// The line with what is meant underlined.
  private func excerpt(_ place: Place, _ sources: any SourceProvider, indent: String, into text: inout String) {
    guard let excerpt = SourceExcerpt(place, sources) else { return }
    let number = "\(place.line)"
    let gutter = String(repeating: " ", count: number.count)
    text += "\(indent)\(style.faint("\(number) |")) \(excerpt.text)\n"
    text += "\(indent)\(style.faint("\(gutter) |")) \(style.severity(excerpt.underline, .red))\n"
  }

  private func write(_ fix: Fix, _ sources: any SourceProvider, into text: inout String) {
    text += "  fix: \(clean(fix.title))\n"
    for line in FixPreview(fix, sources).lines {
      switch line {
      case .removed(let old): text += "    \(style.removed("- " + old))\n"
      case .added(let new): text += "    \(style.added("+ " + new))\n"
      }
    }
  }

  private func summary(_ report: Report) -> String {
    let open = report.open
    let counts = Severity.allCases.reversed().map { severity in
      (severity, open.filter { $0.severity == severity }.count)
    }
    let suppressed = report.findings.count - open.count
    var parts = counts.filter { $0.1 > 0 }.map { style.severity("\($0.1) \($0.0.rawValue)", $0.0) }
    if parts.isEmpty { parts = ["no findings"] }
    if suppressed > 0 { parts.append("\(suppressed) suppressed") }
    if !report.diagnostics.isEmpty { parts.append("\(report.diagnostics.count) not analysed in full") }
    let statistics = report.statistics
    let seconds = (statistics.seconds * 100).rounded() / 100
    let files = statistics.files == 1 ? "1 file" : "\(statistics.files) files"
    return "\(parts.joined(separator: ", ")) in \(files), \(statistics.lines) lines (\(seconds) s)\n"
  }

  private func clean(_ text: String) -> String { VisibleText.clean(text) }
}
