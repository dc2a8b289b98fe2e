/// The line of a place, cut in three: what stands before it, what is meant, what stands behind it. All parts are clean.
struct SourceExcerpt {
  /// Lines of generated code can be megabytes long; more than this is not shown of one.
  private static let maximumBytes = 400
  /// How much is shown in front of the place in a line that is cut.
  private static let leading = 60

  let before: String
  let marked: String
  let after: String

  /// Nil when the source does not have the line. A place that reaches over several lines means the rest of its first line.
  init?(_ place: Place, _ sources: any SourceProvider) {
    guard let line = sources.line(place.line, of: place.file) else { return nil }
    let bytes = Array(line.utf8)
    // A place that cuts a character means all of it.
    let start = Self.boundary(bytes, min(max(0, place.column - 1), bytes.count))
    var end = place.endLine > place.line ? bytes.count : min(max(start, place.endColumn - 1), bytes.count)
    while end > start, end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    var first = 0
    var last = bytes.count
    if bytes.count > Self.maximumBytes {
      first = Self.boundary(bytes, max(0, start - Self.leading))
      last = Self.boundary(bytes, min(bytes.count, first + Self.maximumBytes))
    }
    let markedEnd = max(start, min(end, last))
    before = (first > 0 ? "…" : "") + VisibleText.clean(String(decoding: bytes[first..<start], as: UTF8.self))
    marked = VisibleText.clean(String(decoding: bytes[start..<markedEnd], as: UTF8.self))
    after =
      VisibleText.clean(String(decoding: bytes[markedEnd..<max(markedEnd, last)], as: UTF8.self))
      + (last < bytes.count ? "…" : "")
  }

  /// A line that nothing points at, cut likewise.
  static func line(_ text: String) -> String {
    guard text.utf8.count > maximumBytes else { return VisibleText.clean(text) }
    let bytes = Array(text.utf8.prefix(maximumBytes + 4))
    return VisibleText.clean(String(decoding: bytes[..<boundary(bytes, maximumBytes)], as: UTF8.self)) + "…"
  }

  /// The start of the character that holds the byte.
  private static func boundary(_ bytes: [UInt8], _ offset: Int) -> Int {
    var offset = offset
    while offset > 0, offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset -= 1 }
    return offset
  }

  /// The line.
  var text: String { before + marked + after }

  /// What goes below the line to underline the place. Tabs stay tabs above and below, so that both lines move alike.
  var underline: String {
    let padding = before.map { $0 == "\t" ? "\t" : String(repeating: " ", count: TextWidth.columns($0)) }.joined()
    var carets = marked.map { $0 == "\t" ? "\t" : String(repeating: "^", count: TextWidth.columns($0)) }.joined()
    while carets.last == "\t" { carets.removeLast() }
    return padding + (carets.isEmpty ? "^" : carets)
  }
}
