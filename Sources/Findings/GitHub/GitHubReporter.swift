/// Workflow commands that GitHub turns into annotations on the changed lines.
public struct GitHubReporter: Reporter {
  /// A reporter.
  public init() {}

  /// One line for each open finding and each diagnostic.
  public func render(_ report: Report, sources: any SourceProvider) -> String {
    var text = ""
    let names = Dictionary(report.rules.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
    for finding in report.open {
      let command =
        switch finding.severity {
        case .red: "error"
        case .yellow: "warning"
        case .green: "notice"
        }
      var message = VisibleText.clean(finding.message)
      for (number, step) in finding.steps.enumerated() {
        message += "\n" + VisibleText.clean("\(number + 1). \(step.message) (\(step.place))")
      }
      if let uncertainty = finding.uncertainty { message += "\n" + VisibleText.clean("note: \(uncertainty)") }
      text += line(command, finding.place, title: "\(finding.rule) \(names[finding.rule] ?? "")", message)
    }
    for diagnostic in report.diagnostics {
      text += line("warning", diagnostic.place, title: "not analysed in full", VisibleText.clean(diagnostic.message))
    }
    return text
  }

  private func line(_ command: String, _ place: Place, title: String, _ message: String) -> String {
    let properties =
      "file=\(property(place.file)),line=\(place.line),col=\(place.column),endLine=\(place.endLine),title=\(property(title))"
    return "::\(command) \(properties)::\(data(message))\n"
  }

  private func data(_ text: String) -> String {
    text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
  }

  private func property(_ text: String) -> String { data(text).replacing(":", with: "%3A").replacing(",", with: "%2C") }
}
