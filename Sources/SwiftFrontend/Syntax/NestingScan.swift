/// Tells sources that the parser would not come to an end with: its look-ahead takes twice as long for each bracket inside of another, and recurses without a bound in
/// generic arguments. Written by people they are a few deep.
enum NestingScan {
  private static let maximumBrackets = 12
  private static let maximumAngles = 32

  /// The offset at which brackets nest too deeply; nil where none do. Complexity: linear in the bytes.
  static func excess(in bytes: [UInt8]) -> Int? {
    var (brackets, angles) = (0, 0)
    var index = 0
    func at(_ offset: Int) -> UInt8 { index + offset < bytes.count ? bytes[index + offset] : 0 }
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "/") where at(1) == UInt8(ascii: "/"):
        while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
        continue
      case UInt8(ascii: "\""):
        let isLong = at(1) == UInt8(ascii: "\"") && at(2) == UInt8(ascii: "\"")
        index += isLong ? 3 : 1
        while index < bytes.count {
          if bytes[index] == UInt8(ascii: "\\") {
            index += 2
            continue
          }
          if !isLong, bytes[index] == UInt8(ascii: "\n") { break }
          if bytes[index] == UInt8(ascii: "\""), !isLong || at(1) == UInt8(ascii: "\"") && at(2) == UInt8(ascii: "\"") {
            index += isLong ? 2 : 0
            break
          }
          index += 1
        }
      case UInt8(ascii: "["):
        brackets += 1
        if brackets > maximumBrackets { return index }
      case UInt8(ascii: "]"): brackets = max(0, brackets - 1)
      case UInt8(ascii: "<"):
        // Behind a name without a space these are generic arguments, or may be.
        guard index > 0, bytes[index - 1] | 0x20 >= 0x61, bytes[index - 1] | 0x20 <= 0x7A else { break }
        angles += 1
        if angles > maximumAngles { return index }
      case UInt8(ascii: ">"): angles = max(0, angles - 1)
      case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: ";"), UInt8(ascii: "\n"):
        angles = 0
        if bytes[index] == UInt8(ascii: "}") { brackets = 0 }
      default: break
      }
      index += 1
    }
    return nil
  }
}
