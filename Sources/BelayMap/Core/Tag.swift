/// The bytes of a bucket's row: for each slot either the top byte of its key's hash or a mark.
///
/// A row has 16 bytes. The first 15 stand for the 15 slots; the last is the bucket's overflow filter: a bit for each of eight classes of
/// hashes that had to go into an overflow bucket, so that a look-up that misses seldom walks the chain.
@usableFromInline
enum Tag {
  /// The slot is empty, and so is every slot after it in the chain.
  @inlinable @inline(__always) static var emptyRest: UInt8 { 0 }
  /// The slot is empty; a slot after it may be in use.
  @inlinable @inline(__always) static var emptyOne: UInt8 { 1 }
  /// The entry has moved to the bucket of the same number in the new array.
  @inlinable @inline(__always) static var evacuatedLow: UInt8 { 2 }
  /// The entry has moved to the new half of the new array.
  @inlinable @inline(__always) static var evacuatedHigh: UInt8 { 3 }
  /// The slot was empty when its bucket was evacuated.
  @inlinable @inline(__always) static var evacuatedEmpty: UInt8 { 4 }
  /// The least byte of an entry; hashes whose top byte is less are raised to it.
  @inlinable @inline(__always) static var least: UInt8 { 5 }

  /// The byte of a hash.
  @inlinable @inline(__always)
  static func of(_ hash: UInt64) -> UInt8 { max(UInt8(truncatingIfNeeded: hash &>> 56), least) }

  /// The bit of the overflow filter that belongs to a hash: three of the four low bits, which choose no bucket.
  @inlinable @inline(__always)
  static func filterBit(of hash: UInt64) -> UInt8 { 1 &<< UInt8(truncatingIfNeeded: hash & 7) }
}
