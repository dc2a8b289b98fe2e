/// What a byte can be part of, by a table of 256 entries.
struct ByteClass: OptionSet {
  var rawValue: UInt8
  static let letter = ByteClass(rawValue: 1)
  static let digit = ByteClass(rawValue: 2)
  static let hexDigit = ByteClass(rawValue: 4)
  static let space = ByteClass(rawValue: 8)
  /// Part of a sequence of several bytes in UTF-8.
  static let nonASCII = ByteClass(rawValue: 16)
  /// Ends a stretch of plain characters in a string: the quote, a backslash, a line end, the zero behind the file.
  static let stringStop = ByteClass(rawValue: 32)

  /// The table; allocated once and never freed, so that a lexer can keep its bare pointer.
  nonisolated(unsafe) static let table: UnsafePointer<UInt8> = {
    // Unsafe: written here once, before the pointer is handed out, and only read afterwards.
    let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
    for byte in 0..<256 {
      var bits: ByteClass = []
      switch UInt8(byte) {
      case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): bits = [.letter, .hexDigit]
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
        bits = .letter
      case UInt8(ascii: "0")...UInt8(ascii: "9"): bits = [.digit, .hexDigit]
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): bits = .space
      case 0x80...0xFF: bits = .nonASCII
      default: break
      }
      switch UInt8(byte) {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "\n"), 0: bits.insert(.stringStop)
      default: break
      }
      table[byte] = bits.rawValue
    }
    return UnsafePointer(table)
  }()
}
