import Foundation

/// What the parser sees, in the form that `go/syntax/main.go` prints for Go's own parser.
enum SyntaxComparison {
  static func run(_ paths: [String], full: Bool) {
    let names = NameTable()
    for path in paths {
      let tree = Parser.parse(source: BelayBench.read(path), path: path, names: names)
      guard tree.diagnostics.isEmpty else {
        print("rejected - \(path)")
        if full { for diagnostic in tree.diagnostics { print("\(diagnostic.place): \(diagnostic.message)") } }
        continue
      }
      let dump = tree.dump(places: true)
      print("accepted \(hexadecimal(fingerprint(dump))) \(path)")
      if full { print(dump, terminator: "") }
    }
  }

  /// FNV-1a, 64 bits.
  private static func fingerprint(_ text: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }

  private static func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
