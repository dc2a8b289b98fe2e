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
    if finding.steps.count > 0 {
      for (number, step) in finding.steps.enumerated() {
        text +=
          "  \(style.bold("\(number + 1).")) \(clean(step.message)) \(style.faint("(\(clean(step.place.description)))"))\n"
        excerpt(step.place, sources, indent: "     ", into: &text)
      }
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

  /// The line with what is meant underlined. Tabs stay tabs above and below, so that both lines move alike.
  private func excerpt(_ place: Place, _ sources: any SourceProvider, indent: String, into text: inout String) {
    guard let line = sources.line(place.line, of: place.file) else { return }
    let bytes = Array(line.utf8)
    let start = min(max(0, place.column - 1), bytes.count)
    let end =
      place.endLine > place.line ? bytes.count : min(max(start + 1, place.endColumn - 1), max(bytes.count, start + 1))
    let before = String(decoding: bytes[..<start], as: UTF8.self)
    let marked = String(decoding: bytes[start..<min(end, bytes.count)], as: UTF8.self)
    // Very long lines, of generated code, are shown around the place only.
    if bytes.count > 400 {
      text += "\(indent)\(style.faint("\(place.line) |")) … \(clean(String(marked.prefix(120)))) …\n"
      return
    }
    let number = "\(place.line)"
    text += "\(indent)\(style.faint("\(number) |")) \(clean(line))\n"
    let gutter = String(repeating: " ", count: number.count)
    let padding = before.map { $0 == "\t" ? "\t" : String(repeating: " ", count: TextWidth.columns($0)) }.joined()
    let carets = String(repeating: "^", count: max(1, marked.reduce(0) { $0 + TextWidth.columns($1) }))
    text += "\(indent)\(style.faint("\(gutter) |")) \(padding)\(style.severity(carets, .red))\n"
  }

  private func write(_ fix: Fix, _ sources: any SourceProvider, into text: inout String) {
    text += "  fix: \(clean(fix.title))\n"
    for edit in fix.edits {
      guard let first = sources.line(edit.place.line, of: edit.place.file),
        let last = sources.line(edit.place.endLine, of: edit.place.file)
      else {
        continue
      }
      let head = String(decoding: Array(first.utf8).prefix(edit.place.column - 1), as: UTF8.self)
      let tail = String(decoding: Array(last.utf8).dropFirst(edit.place.endColumn - 1), as: UTF8.self)
      for number in edit.place.line...max(edit.place.line, edit.place.endLine) {
        if let line = sources.line(number, of: edit.place.file) { text += "    \(style.removed("- " + clean(line)))\n" }
      }
      let after = head + edit.replacement + tail
      for line in after.split(separator: "\n", omittingEmptySubsequences: false) where !line.allSatisfy(\.isWhitespace)
      {
        text += "    \(style.added("+ " + clean(String(line))))\n"
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
    return "\(parts.joined(separator: ", ")) in \(statistics.files) files, \(statistics.lines) lines (\(seconds) s)\n"
  }

  /// Control characters in source or names must not reach the terminal.
  private func clean(_ text: String) -> String {
    if text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F || $0 == "\t" }) { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar.value >= 0x20 && scalar.value != 0x7F || scalar == "\t" {
        result.append(scalar)
      } else if scalar.value < 0x20, let picture = Unicode.Scalar(0x2400 + scalar.value) {
        result.append(picture)
      }
    }
    return String(result)
  }
}
