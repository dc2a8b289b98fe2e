/// The names in front of parentheses: what a program calls.
enum CalledNames {
  /// Looks at the bytes only, before anything is parsed. Complexity: linear in them.
  static func names(in files: [SourceFile]) -> Set<String> {
    var result: Set<String> = []
    for file in files {
      let bytes = file.bytes
      var start: Int?
      for (index, byte) in bytes.enumerated() {
        let isName = byte == 0x5F || byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A
        if isName {
          if start == nil { start = index }
        } else {
          if byte == UInt8(ascii: "("), let start {
            result.insert(String(decoding: bytes[start..<index], as: UTF8.self))
          }
          start = nil
        }
      }
    }
    return result
  }
}
