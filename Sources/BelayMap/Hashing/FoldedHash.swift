/// The fast seeded hash of integers, strings and bytes: rounds of a folded multiplication (the two halves of a 128-bit product, combined).
///
/// The seed enters before the first round, so that whoever does not know it cannot choose keys that meet; two rounds let every bit of the
/// key change every bit of the result with a probability near one half.
@usableFromInline
enum FoldedHash {
  @inlinable @inline(__always) static var k0: UInt64 { 0x9E37_79B9_7F4A_7C15 }
  @inlinable @inline(__always) static var k1: UInt64 { 0xE703_7ED1_A0B4_28DB }
  @inlinable @inline(__always) static var k2: UInt64 { 0x8EBC_6AF0_9C88_C6E3 }
  @inlinable @inline(__always) static var k3: UInt64 { 0xA076_1D64_78BD_642F }

  /// The folded product.
  @inlinable @inline(__always)
  static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  /// The hash of a word. Both rounds take the same factor: the hash is no worse for it, and the processor fetches one constant.
  @inlinable @inline(__always)
  static func word(_ word: UInt64, seed: UInt64) -> UInt64 { fold(fold(word ^ seed, k0), k0) }

  /// The hash of two words.
  @inlinable @inline(__always)
  static func words(_ a: UInt64, _ b: UInt64, seed: UInt64) -> UInt64 {
    fold(fold(a ^ seed, k3 ^ b) ^ k1, fold(b ^ k2, seed ^ k0) ^ a)
  }

  /// The hash of bytes.
  @inlinable @inline(__always)
  static func bytes(_ start: UnsafeRawPointer, _ count: Int, seed: UInt64) -> UInt64 {
    var state = seed ^ k3
    let a: UInt64
    let b: UInt64
    if count <= 16 {
      if count >= 8 {
        a = word(start, 0)
        b = word(start, count &- 8)
      } else if count >= 4 {
        a = half(start, 0)
        b = half(start, count &- 4)
      } else if count > 0 {
        a = UInt64(byte(start, 0)) << 16 | UInt64(byte(start, count &>> 1)) << 8 | UInt64(byte(start, count &- 1))
        b = 0
      } else {
        a = 0
        b = 0
      }
    } else {
      var rest = count
      var at = start
      while rest > 16 {
        state = fold(word(at, 0) ^ k1, word(at, 8) ^ state)
        at += 16
        rest &-= 16
      }
      a = word(at, rest &- 16)
      b = word(at, rest &- 8)
    }
    return fold(k1 ^ UInt64(truncatingIfNeeded: count), fold(a ^ k2, b ^ state) ^ seed)
  }

  @inlinable @inline(__always)
  static func word(_ start: UnsafeRawPointer, _ offset: Int) -> UInt64 {
    start.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
  }

  @inlinable @inline(__always)
  static func half(_ start: UnsafeRawPointer, _ offset: Int) -> UInt64 {
    UInt64(start.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  @inlinable @inline(__always)
  static func byte(_ start: UnsafeRawPointer, _ offset: Int) -> UInt8 {
    start.load(fromByteOffset: offset, as: UInt8.self)
  }
}
