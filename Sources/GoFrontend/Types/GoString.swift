import Foundation

/// The text of Go string literals.
enum GoString {
  /// What a quoted or raw literal means; escapes of single bytes beyond ASCII are kept as Unicode scalars.
  static func value(of literal: String) -> String {
    guard let quote = literal.first, literal.count >= 2 else { return "" }
    let body = literal.dropFirst().dropLast(literal.last == quote ? 1 : 0)
    if quote == "`" { return body.filter { $0 != "\r" } }
    if !body.contains("\\") { return String(body) }
    var result = String.UnicodeScalarView()
    var scalars = body.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      guard scalar == "\\", let escape = scalars.next() else {
        result.append(scalar)
        continue
      }
      switch escape {
      case "n": result.append("\n")
      case "t": result.append("\t")
      case "r": result.append("\r")
      case "a": result.append("\u{7}")
      case "b": result.append("\u{8}")
      case "f": result.append("\u{C}")
      case "v": result.append("\u{B}")
      case "x", "u", "U", "0"..."7":
        let length = escape == "x" ? 2 : escape == "u" ? 4 : escape == "U" ? 8 : 2
        var digits = ("0"..."7").contains(escape) ? String(escape) : ""
        for _ in 0..<length {
          if let digit = scalars.next() { digits.unicodeScalars.append(digit) }
        }
        let value = UInt32(digits, radix: ("0"..."7").contains(escape) ? 8 : 16)
        result.append(value.flatMap(Unicode.Scalar.init) ?? "\u{FFFD}")
      default: result.append(escape)
      }
    }
    return String(result)
  }
}

/// Import paths.
enum ImportPath {
  /// The name that a package of this path most likely has: its last element, without a major version or a `go-` in front.
  static func packageName(_ path: String) -> String {
    var elements = path.split(separator: "/")
    if elements.count > 1, let last = elements.last, last.first == "v", last.dropFirst().allSatisfy(\.isNumber),
      last.count > 1
    {
      elements.removeLast()
    }
    var name = elements.last.map(String.init) ?? path
    if let dot = name.range(of: ".v", options: .backwards), name[dot.upperBound...].allSatisfy(\.isNumber) {
      name = String(name[..<dot.lowerBound])
    }
    if name.hasPrefix("go-") { name = String(name.dropFirst(3)) }
    if name.hasSuffix("-go") { name = String(name.dropLast(3)) }
    return name.replacing("-", with: "_")
  }
}
