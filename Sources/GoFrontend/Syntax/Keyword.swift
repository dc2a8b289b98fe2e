import Foundation

/// The keywords of Go, found by length and first letter, then compared once.
enum Keyword {
  /// The keyword that stands at `bytes`, or nil.
  @inline(__always)
  static func token(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> Token? {
    switch (length, bytes[0]) {
    case (2, UInt8(ascii: "i")): check(bytes, "if", .ifKeyword)
    case (2, UInt8(ascii: "g")): check(bytes, "go", .goKeyword)
    case (3, UInt8(ascii: "f")): check(bytes, "for", .forKeyword)
    case (3, UInt8(ascii: "m")): check(bytes, "map", .mapKeyword)
    case (3, UInt8(ascii: "v")): check(bytes, "var", .varKeyword)
    case (4, UInt8(ascii: "c")):
      bytes[1] == UInt8(ascii: "a") ? check(bytes, "case", .caseKeyword) : check(bytes, "chan", .chanKeyword)
    case (4, UInt8(ascii: "e")): check(bytes, "else", .elseKeyword)
    case (4, UInt8(ascii: "f")): check(bytes, "func", .funcKeyword)
    case (4, UInt8(ascii: "g")): check(bytes, "goto", .gotoKeyword)
    case (4, UInt8(ascii: "t")): check(bytes, "type", .typeKeyword)
    case (5, UInt8(ascii: "b")): check(bytes, "break", .breakKeyword)
    case (5, UInt8(ascii: "c")): check(bytes, "const", .constKeyword)
    case (5, UInt8(ascii: "d")): check(bytes, "defer", .deferKeyword)
    case (5, UInt8(ascii: "r")): check(bytes, "range", .rangeKeyword)
    case (6, UInt8(ascii: "i")): check(bytes, "import", .importKeyword)
    case (6, UInt8(ascii: "r")): check(bytes, "return", .returnKeyword)
    case (6, UInt8(ascii: "s")):
      bytes[1] == UInt8(ascii: "e")
        ? check(bytes, "select", .selectKeyword)
        : bytes[1] == UInt8(ascii: "t")
          ? check(bytes, "struct", .structKeyword) : check(bytes, "switch", .switchKeyword)
    case (7, UInt8(ascii: "d")): check(bytes, "default", .defaultKeyword)
    case (7, UInt8(ascii: "p")): check(bytes, "package", .packageKeyword)
    case (8, UInt8(ascii: "c")): check(bytes, "continue", .continueKeyword)
    case (9, UInt8(ascii: "i")): check(bytes, "interface", .interfaceKeyword)
    case (11, UInt8(ascii: "f")): check(bytes, "fallthrough", .fallthroughKeyword)
    default: nil
    }
  }

  @inline(__always)
  private static func check(_ bytes: UnsafePointer<UInt8>, _ keyword: StaticString, _ token: Token) -> Token? {
    memcmp(bytes, keyword.utf8Start, keyword.utf8CodeUnitCount) == 0 ? token : nil
  }
}
