/// Tells sources that the parser would not come to an end with: when it asks whether brackets begin a type it looks ahead, twice as long for each bracket inside of
/// another, and it recurses without a bound in generic arguments. Written by people they are a few deep.
///
/// Looks at bytes and knows little of the language, so that nothing can hide from it: strings, comments and regular expressions count like code. What stands in
/// quotation marks or braces is counted by itself, because no type goes on across them.
enum NestingScan {
  private static let maximumBrackets = 12
  private static let maximumAngles = 64

  /// What is open around a byte.
  private struct Depth {
    var brackets = 0
    var angles = 0
  }

  /// The offset at which brackets nest too deeply; nil where none do. Complexity: linear in the bytes.
  static func excess(in bytes: [UInt8]) -> Int? {
    var depth = Depth()
    // What was open in front of a quotation mark on this line, and in front of each brace and parenthesis.
    var outsideOfQuotes: Depth?
    var outside: [(depth: Depth, isBrace: Bool)] = []
    var previous: UInt8 = 0
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case UInt8(ascii: "["):
        depth.brackets += 1
        if depth.brackets > maximumBrackets { return index }
      case UInt8(ascii: "]"): depth.brackets = max(0, depth.brackets - 1)
      case UInt8(ascii: "<"):
        // Behind a name these are generic arguments, or may be.
        guard isPartOfName(previous) else { break }
        depth.angles += 1
        if depth.angles > maximumAngles { return index }
      case UInt8(ascii: ">"): depth.angles = max(0, depth.angles - 1)
      case UInt8(ascii: ";"): depth.angles = 0
      case UInt8(ascii: "\""):
        if let known = outsideOfQuotes {
          (depth, outsideOfQuotes) = (known, nil)
        } else {
          (outsideOfQuotes, depth) = (depth, Depth())
        }
      case UInt8(ascii: "\n"):
        // A string that goes on counts like code.
        if let known = outsideOfQuotes { (depth, outsideOfQuotes) = (known, nil) }
      case UInt8(ascii: "("): outside.append((depth, false))
      case UInt8(ascii: ")"):
        // What is compared with `<` in here was no type.
        if let last = outside.last, !last.isBrace {
          depth.angles = min(depth.angles, last.depth.angles)
          outside.removeLast()
        }
      case UInt8(ascii: "{"):
        outside.append((depth, true))
        depth = Depth()
      case UInt8(ascii: "}"):
        while let last = outside.last, !last.isBrace { outside.removeLast() }
        depth = outside.popLast()?.depth ?? Depth()
      default: break
      }
      if !isSpace(byte) { previous = byte }
    }
    return nil
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte >= 0x09 && byte <= 0x0D }

  private static func isPartOfName(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte == UInt8(ascii: "`") || byte >= 0x80
      || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte >= 0x30 && byte <= 0x39
  }
}
