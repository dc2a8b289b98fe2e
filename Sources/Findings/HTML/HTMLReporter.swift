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
      "</main><footer>\(statistics.files) files, \(statistics.lines) lines, \(statistics.seconds) s; Belay \(escape(report.toolVersion))</footer>"
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
        let code = marked.first.map { highlight($0.place, sources) } ?? escape(SourceExcerpt.line(line))
        rows +=
          "<tr\(marked.isEmpty ? "" : " class=\"marked\"")><td class=\"badges\">\(badges)</td><td class=\"number\">\(number)</td><td><code>\(code)</code></td></tr>"
      }
      if !rows.isEmpty {
        text += "<figure><figcaption>\(escape(file))</figcaption><table class=\"source\">\(rows)</table></figure>"
      }
    }
    return text
  }

  /// The line with what the first step on it means highlighted.
  private func highlight(_ place: Place, _ sources: any SourceProvider) -> String {
    guard let excerpt = SourceExcerpt(place, sources) else { return "" }
    return "\(escape(excerpt.before))<mark>\(escape(excerpt.marked))</mark>\(escape(excerpt.after))"
  }

  private func fixView(_ fix: Fix, _ sources: any SourceProvider) -> String {
    var text = "<p class=\"fix\">Fix: \(escape(fix.title))</p><pre class=\"fix\">"
    for line in FixPreview(fix, sources).lines {
      switch line {
      case .removed(let old): text += "<del>- \(escape(old))</del>\n"
      case .added(let new): text += "<ins>+ \(escape(new))</ins>\n"
      }
    }
    return text + "</pre>"
  }

  /// Text as text, whatever stands in it.
  private func escape(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in VisibleText.clean(text).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
