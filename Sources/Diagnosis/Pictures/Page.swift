/// A page of its own: no network, no other files, no scripts.
package struct Page {
  let title: String
  /// What stands below the title.
  let summary: [String]
  /// Rules of style besides those of all pages.
  private let style: String
  private var body = ""

  package init(title: String, summary: [String], style: String = "") {
    self.style = style
    self.title = title
    self.summary = summary
  }

  package mutating func section(_ heading: String, _ explanation: String = "", _ content: String) {
    body += "<section><h2>\(Markup.escape(heading))</h2>\n"
    if !explanation.isEmpty { body += "<p class=\"faint\">\(Markup.escape(explanation))</p>\n" }
    body += content + "</section>\n"
  }

  package mutating func notes(_ notes: [String]) {
    guard !notes.isEmpty else { return }
    section("Notes", "", "<ul>" + notes.map { "<li>\(Markup.escape($0))</li>" }.joined() + "</ul>")
  }

  package var text: String {
    """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <title>\(Markup.escape(title))</title>
    <style>\(String(decoding: PackageResources.page_css, as: UTF8.self))\(style)</style></head>
    <body><header><h1>\(Markup.escape(title))</h1>
    \(summary.map { "<p>\(Markup.escape($0))</p>" }.joined(separator: "\n"))
    </header><main>
    \(body)</main></body></html>

    """
  }
}
