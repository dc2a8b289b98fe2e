import Foundation

/// Numbers, strings and characters, with what Go demands of their digits and escapes.
extension Lexer {
  // MARK: Numbers

  mutating func scanNumber() {
    // Most numbers are a few decimal digits and nothing else.
    if source[start] != UInt8(ascii: "0") && source[start] != UInt8(ascii: ".") {
      var position = start + 1
      while byteClass(source[position]).contains(.digit) { position += 1 }
      switch source[position] {
      case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "p"),
        UInt8(ascii: "P"), UInt8(ascii: "i"):
        break
      default:
        offset = position
        finish(.int, ends: true)
        return
      }
    }
    scanGeneralNumber()
  }

  private mutating func scanGeneralNumber() {
    offset = start
    var token = Token.int
    var base: UInt8 = 10
    var prefix: UInt8 = 0
    var seen = Digits()
    if source[offset] == UInt8(ascii: "0") {
      switch source[offset + 1] | 0x20 {
      case UInt8(ascii: "x"): (base, prefix) = (16, UInt8(ascii: "x"))
      case UInt8(ascii: "o"): (base, prefix) = (8, UInt8(ascii: "o"))
      case UInt8(ascii: "b"): (base, prefix) = (2, UInt8(ascii: "b"))
      default: base = 8
      }
      if prefix != 0 { offset += 2 }
    }
    digits(base, &seen)
    if source[offset] == UInt8(ascii: ".") {
      token = .float
      if prefix == UInt8(ascii: "o") || prefix == UInt8(ascii: "b") {
        report(offset, "only decimal and hexadecimal numbers can have a fraction")
      }
      offset += 1
      digits(base, &seen)
    }
    if !seen.hasDigit { report(start, "this number has no digits") }
    let exponent = source[offset] | 0x20
    if exponent == UInt8(ascii: "e") || exponent == UInt8(ascii: "p") {
      if exponent == UInt8(ascii: "e") && prefix != 0 {
        report(offset, "an exponent with 'e' belongs to a decimal number")
      } else if exponent == UInt8(ascii: "p") && prefix != UInt8(ascii: "x") {
        report(offset, "an exponent with 'p' belongs to a hexadecimal number")
      }
      token = .float
      offset += 1
      if source[offset] == UInt8(ascii: "+") || source[offset] == UInt8(ascii: "-") { offset += 1 }
      var power = Digits()
      digits(10, &power)
      if !power.hasDigit { report(start, "the exponent of this number has no digits") }
      seen.hasSeparator = seen.hasSeparator || power.hasSeparator
    } else if token == .float && prefix == UInt8(ascii: "x") {
      report(start, "a hexadecimal fraction needs an exponent, such as 'p0'")
    }
    if source[offset] == UInt8(ascii: "i") {
      token = .imaginary
      offset += 1
    }
    if token == .int, let invalid = seen.invalid {
      report(invalid, "'\(Character(Unicode.Scalar(source[invalid])))' is no digit of a number to base \(base)")
    } else if seen.hasSeparator, let misplaced = misplacedSeparator(prefix) {
      report(misplaced, "'_' must stand between two digits")
    }
    finish(token, ends: true)
  }

  private struct Digits {
    var hasDigit = false
    var hasSeparator = false
    /// Offset of the first digit that is too large for the base.
    var invalid: Int?
  }

  /// Passes digits and separators. Decimal digits are taken for every base, so that `089` is one faulty number and `089.5` a good one.
  private mutating func digits(_ base: UInt8, _ seen: inout Digits) {
    let kind: ByteClass = base == 16 ? .hexDigit : .digit
    while true {
      let byte = source[offset]
      if byteClass(byte).contains(kind) {
        seen.hasDigit = true
        if base < 10 && byte >= UInt8(ascii: "0") + base && seen.invalid == nil { seen.invalid = offset }
      } else if byte == UInt8(ascii: "_") {
        seen.hasSeparator = true
      } else {
        return
      }
      offset += 1
    }
  }

  /// Offset of a `_` of the number that ends here which does not stand between digits; the prefix counts as one.
  private func misplacedSeparator(_ prefix: UInt8) -> Int? {
    let digit: ByteClass = prefix == UInt8(ascii: "x") ? .hexDigit : .digit
    var position = prefix == 0 ? start : start + 2
    var followsDigit = prefix != 0
    while position < offset {
      if source[position] == UInt8(ascii: "_") {
        if !followsDigit || !byteClass(source[position + 1]).contains(digit) { return position }
        followsDigit = false
      } else {
        followsDigit = byteClass(source[position]).contains(digit)
      }
      position += 1
    }
    return nil
  }

  // MARK: Strings and characters

  mutating func scanString() {
    token = .string
    while true {
      while !byteClass(source[offset]).contains(.stringStop) { offset += 1 }
      switch source[offset] {
      case UInt8(ascii: "\""):
        offset += 1
        return
      case UInt8(ascii: "\\"):
        scanEscape(quote: UInt8(ascii: "\""))
      case 0 where offset < count:
        report(offset, "the file holds a NUL byte")
        offset += 1
      default:
        report(start, "this string is not closed: '\"' is missing")
        return
      }
    }
  }

  mutating func scanRawString() {
    token = .string
    // Unsafe: the search stays within the file.
    guard let quote = memchr(source + offset, Int32(UInt8(ascii: "`")), count - offset) else {
      report(start, "this raw string is not closed: '`' is missing")
      offset = count
      return
    }
    offset = UnsafeRawPointer(source).distance(to: UnsafeRawPointer(quote)) + 1
  }

  mutating func scanCharacter() {
    token = .char
    var characters = 0
    while true {
      let byte = source[offset]
      if byte == UInt8(ascii: "'") {
        offset += 1
        if characters != 1 {
          report(start, characters == 0 ? "this character literal is empty" : "this literal holds several characters")
        }
        return
      }
      if byte == UInt8(ascii: "\n") || offset >= count {
        report(start, "this character literal is not closed")
        return
      }
      if byte == UInt8(ascii: "\\") {
        scanEscape(quote: UInt8(ascii: "'"))
        characters += 1
      } else {
        // What continues a sequence of UTF-8 belongs to the character before.
        if byte & 0xC0 != 0x80 { characters += 1 }
        offset += 1
      }
    }
  }

  /// Passes a backslash and what belongs to it; a faulty escape ends at the first byte that does not fit.
  private mutating func scanEscape(quote: UInt8) {
    let first = offset
    offset += 1
    let byte = source[offset]
    var digits = 0
    var base: UInt32 = 16
    switch byte {
    case quote, UInt8(ascii: "\\"), UInt8(ascii: "a"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
      UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "v"):
      offset += 1
      return
    case UInt8(ascii: "0")...UInt8(ascii: "7"): (digits, base) = (3, 8)
    case UInt8(ascii: "x"): digits = 2
    case UInt8(ascii: "u"): digits = 4
    case UInt8(ascii: "U"): digits = 8
    case UInt8(ascii: "\n"): return
    default:
      // The end of the file is what the caller reports.
      if offset >= count { return }
      report(first, "Go does not know this escape sequence")
      offset += 1
      return
    }
    if base == 16 { offset += 1 }
    var value: UInt32 = 0
    for _ in 0..<digits {
      let digit = hexadecimalValue(source[offset])
      guard digit < base else {
        report(first, "this escape sequence needs \(digits) \(base == 8 ? "octal" : "hexadecimal") digits")
        return
      }
      value = value &* base &+ digit
      offset += 1
    }
    if digits <= 3 ? value > 255 : Unicode.Scalar(value) == nil {
      report(first, "this escape sequence stands for no character")
    }
  }

  private func hexadecimalValue(_ byte: UInt8) -> UInt32 {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
    default: UInt32.max
    }
  }
}
