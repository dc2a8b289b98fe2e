import Foundation

extension SourceBytes {
  /// Whether the file holds a text. Complexity: O(count).
  func contains(_ text: StaticString) -> Bool { Self.contains(text, in: bytes) }

  /// Whether bytes hold a text. Complexity: O(count).
  static func contains(_ text: StaticString, in bytes: UnsafeRawBufferPointer) -> Bool {
    let length = text.utf8CodeUnitCount
    let count = bytes.count
    guard length > 0, count >= length, let base = bytes.baseAddress else { return length == 0 }
    let needle = text.utf8Start
    var offset = 0
    // Unsafe: memchr and memcmp stay within the `count` bytes, as `offset + length <= count` says.
    while offset + length <= count, let found = memchr(base + offset, Int32(needle[0]), count - length - offset + 1) {
      offset = base.distance(to: UnsafeRawPointer(found))
      if memcmp(base + offset, needle, length) == 0 { return true }
      offset += 1
    }
    return false
  }

  /// The line and column of an offset, counted from 1, the column in bytes. Complexity: O(offset).
  func position(_ offset: UInt32) -> (line: Int, column: Int) {
    var (line, column) = (1, 1)
    for byte in bytes.prefix(Int(offset)) {
      column += 1
      if byte == 0x0A { (line, column) = (line + 1, 1) }
    }
    return (line, column)
  }
}
