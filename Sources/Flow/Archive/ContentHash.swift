import Foundation

/// A fast digest of contents, for caches: folded multiplication over words of eight bytes. It is the same on every machine, and not meant to withstand an adversary
/// who can write into the user's own cache.
public enum ContentHash {
  /// One digest of two, in their order.
  public static func combine(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = (left ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(by: right ^ 0xd6e8_feb8_6659_fd93)
    return product.high ^ product.low
  }

  /// The digest of bytes.
  public static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
    var hash = combine(seed, UInt64(bytes.count))
    var offset = 0
    while offset + 8 <= bytes.count {
      hash = combine(hash, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      offset += 8
    }
    var last: UInt64 = 0
    while offset < bytes.count {
      last = last << 8 | UInt64(bytes[offset])
      offset += 1
    }
    return combine(hash, last)
  }

  /// The digest of a text.
  public static func hash(_ text: String) -> UInt64 {
    var text = text
    return text.withUTF8 { hash(UnsafeRawBufferPointer($0)) }
  }

  /// The digest of a file; of one that cannot be read, that of its path.
  public static func hash(file path: String) -> UInt64 {
    guard let data = FileManager.default.contents(atPath: path) else { return hash(path) }
    return data.withUnsafeBytes { hash($0, seed: hash(path)) }
  }

  /// A digest as sixteen digits, for names of files.
  public static func text(_ digest: UInt64) -> String {
    let digits = String(digest, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
