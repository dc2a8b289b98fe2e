/// Markdown as a terminal shows it: headings and code stand out, the rest stays as it is written.
struct MarkdownPage {
  var usesColor: Bool

  func render(_ page: String) -> String {
    guard usesColor else { return page.hasSuffix("\n") ? page : page + "\n" }
    var text = ""
    for line in page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("#") {
        text += "\u{1B}[1m\(line.drop { $0 == "#" || $0 == " " })\u{1B}[0m\n"
      } else if line.hasPrefix("    ") || line.hasPrefix("\t") {
        text += "\u{1B}[36m\(line)\u{1B}[0m\n"
      } else {
        text += line + "\n"
      }
    }
    return text
  }
}
