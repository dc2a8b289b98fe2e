/// Whether C nests so deeply that a recursive parser could run out of stack.
///
/// Text is looked at, not tokens after expansion: macros that grow into deep nesting are not seen, and end in `DeepStack`.
enum NestingScan {
  /// Compilers refuse more brackets than this in each other.
  private static let maximumBrackets = 256
  /// Operators in one statement without a comma: each can be a level of its own.
  private static let maximumOperators = 900
  /// `else` in one function.
  private static let maximumElse = 2_500

  /// Whether the source can be parsed.
  ///
  /// - Complexity: linear in the source.
  static func isParsable(_ source: String) -> Bool {
    var source = source
    return source.withUTF8 { isParsable($0) }
  }

  private static func isParsable(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var depth = 0
    var braces = 0
    var operators = 0
    var alternatives = 0
    var index = 0
    var isLineStart = true
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\n"):
        isLineStart = true
        continue
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): continue
      case UInt8(ascii: "/") where index < bytes.count && bytes[index] == UInt8(ascii: "/"):
        while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
      case UInt8(ascii: "/") where index < bytes.count && bytes[index] == UInt8(ascii: "*"):
        index += 1
        while index + 1 < bytes.count, bytes[index] != UInt8(ascii: "*") || bytes[index + 1] != UInt8(ascii: "/") {
          index += 1
        }
        index = min(index + 2, bytes.count)
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        while index < bytes.count, bytes[index] != byte, bytes[index] != UInt8(ascii: "\n") {
          index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        index += 1
      case UInt8(ascii: "#") where isLineStart: operators = 0
      case UInt8(ascii: ";"), UInt8(ascii: ","): operators = 0
      case UInt8(ascii: "{"):
        braces += 1
        depth += 1
        operators = 0
      case UInt8(ascii: "}"):
        braces = max(0, braces - 1)
        depth = max(0, depth - 1)
        operators = 0
        if braces == 0 { alternatives = 0 }
      case UInt8(ascii: "("), UInt8(ascii: "["):
        depth += 1
        operators += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"): depth = max(0, depth - 1)
      case UInt8(ascii: "="), UInt8(ascii: "?"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "!"),
        UInt8(ascii: "~"), UInt8(ascii: "*"),
        UInt8(ascii: "&"):
        operators += 1
      case UInt8(ascii: "e") where isElse(bytes, index): alternatives += 1
      default: break
      }
      isLineStart = false
      if depth > maximumBrackets || operators > maximumOperators || alternatives > maximumElse { return false }
    }
    return true
  }

  private static func isElse(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
    guard index + 2 < bytes.count, index < 2 || !isWord(bytes[index - 2]) else { return false }
    return bytes[index] == UInt8(ascii: "l") && bytes[index + 1] == UInt8(ascii: "s")
      && bytes[index + 2] == UInt8(ascii: "e")
      && (index + 3 >= bytes.count || !isWord(bytes[index + 3]))
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A
  }
}
