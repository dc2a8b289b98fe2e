import Foundation

/// A page of its own: no network, no other files. Filters by severity, rule and text; each finding opens to its flow in the source.
public struct HTMLReporter: Reporter {
  /// How many lines are shown around each step.
  private static let context = 3

  /// A reporter.
  public init() {}

  /// The page.
  public func render(_ report: Report, sources: any SourceProvider) -> String {
    let open = report.open
    var body = "<header><h1>Belay</h1><p class=\"summary\">"
    for severity in Severity.allCases.reversed() {
      let count = open.filter { $0.severity == severity }.count
      body +=
        "<button type=\"button\" class=\"chip \(severity.rawValue)\" data-severity=\"\(severity.rawValue)\" aria-pressed=\"true\">\(count) \(severity.rawValue)</button> "
    }
    let suppressed = report.findings.count - open.count
    body +=
      "<button type=\"button\" class=\"chip suppressed\" data-suppressed aria-pressed=\"false\">\(suppressed) suppressed</button></p>"
    body += "<p class=\"controls\"><select id=\"rule\" aria-label=\"Rule\"><option value=\"\">all rules</option>"
    let found = Dictionary(grouping: report.findings, by: \.rule)
    for rule in report.rules where found[rule.id] != nil {
      body +=
        "<option value=\"\(escape(rule.id))\">\(escape(rule.id)) \(escape(rule.name)) (\(found[rule.id]?.count ?? 0))</option>"
    }
    body +=
      "</select> <input id=\"search\" type=\"search\" placeholder=\"file, function or text\" aria-label=\"Search\"> <span id=\"count\"></span></p></header><main>"
    let names = Dictionary(report.rules.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for finding in report.findings { body += article(finding, names[finding.rule], sources) }
    if report.findings.isEmpty { body += "<p class=\"empty\">No findings.</p>" }
    if !report.diagnostics.isEmpty {
      body += "<section class=\"diagnostics\"><h2>Not analysed in full</h2><ul>"
      for diagnostic in report.diagnostics {
        body += "<li><code>\(escape(diagnostic.place.description))</code> \(escape(diagnostic.message))</li>"
      }
      body += "</ul></section>"
    }
    let statistics = report.statistics
    body +=
      "</main><footer>\(statistics.files) files, \(statistics.lines) lines, \(statistics.functions) functions; Belay \(escape(report.toolVersion))</footer>"
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
      <title>Belay: \(open.count) findings</title>
      <style>\(String(decoding: PackageResources.report_css, as: UTF8.self))</style></head>
      <body>\(body)
      <script>\(String(decoding: PackageResources.report_js, as: UTF8.self))</script></body></html>

      """
  }

  private func article(_ finding: Finding, _ rule: RuleDescription?, _ sources: any SourceProvider) -> String {
    let isSuppressed = finding.suppression != nil
    var text =
      "<details class=\"finding \(finding.severity.rawValue)\" data-severity=\"\(finding.severity.rawValue)\" data-rule=\"\(escape(finding.rule))\" data-suppressed=\"\(isSuppressed)\">"
    text +=
      "<summary><span class=\"dot\" title=\"\(finding.severity.rawValue)\"></span><code class=\"place\">\(escape(finding.place.description))</code> "
    text +=
      "<span class=\"message\">\(escape(finding.message))</span> <span class=\"rule\">\(escape(finding.rule)) \(escape(rule?.name ?? ""))</span></summary>"
    switch finding.suppression {
    case .comment(let reason): text += "<p class=\"note\">Ignored: \(escape(reason))</p>"
    case .baseline: text += "<p class=\"note\">Known: it is in the baseline.</p>"
    case nil: break
    }
    if !finding.symbol.isEmpty { text += "<p class=\"symbol\">in <code>\(escape(finding.symbol))</code></p>" }
    if let uncertainty = finding.uncertainty { text += "<p class=\"note\">\(escape(uncertainty))</p>" }
    text += flow(finding, sources)
    if let fix = finding.fixes.first { text += fixView(fix, sources) }
    return text + "</details>"
  }

  /// The steps in their source: one listing for each stretch of a file, the lines of steps marked with their numbers.
  private func flow(_ finding: Finding, _ sources: any SourceProvider) -> String {
    var marks: [(place: Place, label: String, message: String)] = finding.steps.enumerated().map {
      ($1.place, "\($0 + 1)", $1.message)
    }
    if !finding.steps.contains(where: { $0.place.file == finding.place.file && $0.place.line == finding.place.line }) {
      marks.append((finding.place, "!", finding.message))
    }
    var text = ""
    if !finding.steps.isEmpty {
      text += "<ol class=\"steps\">"
      for step in finding.steps {
        text += "<li>\(escape(step.message)) <code>\(escape(step.place.description))</code></li>"
      }
      text += "</ol>"
    }
    var files: [String] = []
    for mark in marks where !files.contains(mark.place.file) { files.append(mark.place.file) }
    for file in files {
      let here = marks.filter { $0.place.file == file }
      var shown: Set<Int> = []
      for mark in here {
        for line in (mark.place.line - Self.context)...(mark.place.line + Self.context) where line > 0 {
          shown.insert(line)
        }
      }
      var rows = ""
      var previous: Int?
      for number in shown.sorted() {
        guard let line = sources.line(number, of: file) else { continue }
        if let previous, number > previous + 1 { rows += "<tr class=\"gap\"><td></td><td></td><td>⋯</td></tr>" }
        previous = number
        let marked = here.filter { $0.place.line == number }
        let badges = marked.map { "<span class=\"badge\" title=\"\(escape($0.message))\">\($0.label)</span>" }.joined()
        let code = marked.first.map { highlight(line, $0.place) } ?? escape(String(line.prefix(400)))
        rows +=
          "<tr\(marked.isEmpty ? "" : " class=\"marked\"")><td class=\"badges\">\(badges)</td><td class=\"number\">\(number)</td><td><code>\(code)</code></td></tr>"
      }
      if !rows.isEmpty {
        text += "<figure><figcaption>\(escape(file))</figcaption><table class=\"source\">\(rows)</table></figure>"
      }
    }
    return text
  }

  private func highlight(_ line: String, _ place: Place) -> String {
    let bytes = Array(line.utf8)
    let start = min(max(0, place.column - 1), bytes.count)
    let end = place.endLine > place.line ? bytes.count : min(max(start, place.endColumn - 1), bytes.count)
    let part = { (range: Range<Int>) in self.escape(String(decoding: bytes[range], as: UTF8.self)) }
    return part(0..<start) + "<mark>" + part(start..<end) + "</mark>" + part(end..<bytes.count)
  }

  private func fixView(_ fix: Fix, _ sources: any SourceProvider) -> String {
    var text = "<p class=\"fix\">Fix: \(escape(fix.title))</p><pre class=\"fix\">"
    for edit in fix.edits {
      guard let first = sources.line(edit.place.line, of: edit.place.file),
        let last = sources.line(edit.place.endLine, of: edit.place.file)
      else { continue }
      let head = String(decoding: Array(first.utf8).prefix(edit.place.column - 1), as: UTF8.self)
      let tail = String(decoding: Array(last.utf8).dropFirst(edit.place.endColumn - 1), as: UTF8.self)
      for number in edit.place.line...max(edit.place.line, edit.place.endLine) {
        if let line = sources.line(number, of: edit.place.file) { text += "<del>- \(escape(line))</del>\n" }
      }
      for line in (head + edit.replacement + tail).split(separator: "\n") where !line.allSatisfy(\.isWhitespace) {
        text += "<ins>+ \(escape(String(line)))</ins>\n"
      }
    }
    return text + "</pre>"
  }

  private func escape(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{7F}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
