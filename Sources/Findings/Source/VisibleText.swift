/// Text of unknown origin in a form that shows what it is: source, names and messages may hold characters that steer a terminal, or that make text look like
/// another text.
enum VisibleText {
  /// Replaces control characters, and those that reorder or break lines, by something that can be seen. Tabs stay. Complexity: linear.
  static func clean(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || $0 == 0x09 }) { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x09: result.append(scalar)
      // Each has a picture in Unicode.
      case 0...0x1F: result.append(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
      case 0x7F: result.append("\u{2421}")
      // The second set of controls: some terminals obey them like escape sequences.
      case 0x80...0x9F: result.append("\u{FFFD}")
      // Line and paragraph separators, and what sets the direction of text.
      case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069:
        result.append(contentsOf: "<U+\(String(scalar.value, radix: 16, uppercase: true))>".unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
