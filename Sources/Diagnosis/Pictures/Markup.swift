/// Text for HTML and SVG.
package enum Markup {
  /// Text with what has a meaning in markup written out.
  package static func escape(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.count)
    for character in text.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      // Control characters have no place in a document, not even written out.
      case "\u{0}"..<"\u{9}", "\u{B}", "\u{C}", "\u{E}"..<"\u{20}", "\u{7F}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  /// A coordinate: a tenth of a unit is finer than what is seen.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    let tenths = (value * 10).rounded()
    return tenths.remainder(dividingBy: 10) == 0 ? "\(Int(tenths / 10))" : "\(tenths / 10)"
  }

  /// The beginning of a text that is too long for its place.
  static func shorten(_ text: String, to limit: Int) -> String {
    text.count <= limit ? text : String(text.prefix(max(1, limit - 1))) + "…"
  }

  /// A table. The columns in `numbers` are aligned to the right.
  package static func table(_ header: [String], _ rows: [[String]], numbers: Set<Int>) -> String {
    func row(_ cells: [String], _ tag: String) -> String {
      let text = cells.enumerated().map { index, cell in
        "<\(tag)\(numbers.contains(index) ? " class=\"number\"" : "")>\(escape(cell))</\(tag)>"
      }
      return "<tr>\(text.joined())</tr>"
    }
    return "<div class=\"scroll\"><table><thead>\(row(header, "th"))</thead><tbody>"
      + rows.map { row($0, "td") }.joined(separator: "\n") + "</tbody></table></div>\n"
  }
}
