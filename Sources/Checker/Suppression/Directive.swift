/// A `belay:ignore` comment as it is written: `belay:ignore BM001,BM002 reason`.
struct Directive: Equatable {
  /// Ids or names of rules, as they stand there.
  var rules: [String]
  /// Why; empty when nothing is said.
  var reason: String

  /// Reads a comment with its markers; nil when it is about something else.
  init?(comment: String) {
    var text = Substring(comment)
    for marker in ["//", "/*"] where text.hasPrefix(marker) { text = text.dropFirst(2) }
    if comment.hasPrefix("/*"), text.hasSuffix("*/") { text = text.dropLast(2) }
    text = text.drop(while: \.isWhitespace)
    guard text.hasPrefix("belay:ignore") else { return nil }
    text = text.dropFirst("belay:ignore".count)
    guard text.first?.isWhitespace ?? true else { return nil }
    var rules: [String] = []
    // A list may have spaces around its commas; it goes on while a comma does.
    while true {
      text = text.drop(while: \.isWhitespace)
      let word = text.prefix { !$0.isWhitespace && $0 != "," && $0 != ":" }
      if !word.isEmpty { rules.append(String(word)) }
      text = text.dropFirst(word.count).drop(while: \.isWhitespace)
      guard text.first == "," else { break }
      text = text.dropFirst()
    }
    self.rules = rules
    // People like to set the reason off by a dash or a colon.
    text = text.drop { $0.isWhitespace || "-–—:".contains($0) }
    while text.last?.isWhitespace == true { text.removeLast() }
    reason = String(text)
  }
}
