/// A fast digest of contents, for caches; not meant to withstand an adversary who can write into the user's own cache.
struct Digest {
  private(set) var value: UInt64 = 0

  mutating func add(_ number: UInt64) {
    let product = (value ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(by: number ^ 0xd6e8_feb8_6659_fd93)
    value = product.high ^ product.low
  }

  mutating func add(_ bytes: [UInt8]) {
    add(UInt64(bytes.count))
    bytes.withUnsafeBytes { buffer in
      var offset = 0
      while offset + 8 <= buffer.count {
        add(buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        offset += 8
      }
      while offset < buffer.count {
        add(UInt64(buffer[offset]))
        offset += 1
      }
    }
  }

  mutating func add(_ text: String) { add(Array(text.utf8)) }

  var text: String { String(value, radix: 16) }
}
