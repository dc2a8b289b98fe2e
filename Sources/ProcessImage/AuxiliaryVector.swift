import Executables

/// What the kernel tells a program when it starts it.
enum AuxiliaryVector {
  static let programHeaders: UInt64 = 3
  static let programHeaderCount: UInt64 = 5
  static let entry: UInt64 = 9

  /// The vector in memory: pairs of a kind and a value, until the kind 0.
  static func parse(_ bytes: [UInt8]) -> [UInt64: UInt64] {
    bytes.withUnsafeBytes { parse($0) }
  }

  static func parse(_ bytes: UnsafeRawBufferPointer) -> [UInt64: UInt64] {
    var values: [UInt64: UInt64] = [:]
    var cursor = ByteCursor(bytes)
    while !cursor.isAtEnd {
      let kind = cursor.u64()
      let value = cursor.u64()
      if cursor.isExhausted || kind == 0 { break }
      values[kind] = value
    }
    return values
  }
}
