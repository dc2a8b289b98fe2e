import BelayMemory

/// The buckets of a map, or those it is moving out of: rows, then links, then slots, in one block.
///
/// The rows lie side by side, away from the slots: a look-up that misses reads 16 bytes of an array that is a sixteenth of the whole and
/// mostly stays in the cache, and a scan for the next entry skips empty slots without touching them.
@usableFromInline @frozen
struct BucketArray {
  /// The row of the first bucket.
  @usableFromInline var rows: UnsafeMutableRawPointer
  /// The first slot of the first bucket.
  @usableFromInline var slots: UnsafeMutableRawPointer
  /// The bits of a hash that are the offset of its bucket's row: 16 times the number of buckets (a power of two) less one.
  @usableFromInline var rowMask: Int
  /// The memory; nil for the array of a map that has never held anything.
  @usableFromInline var block: MemoryBlock?

  @inlinable @inline(__always)
  init(rows: UnsafeMutableRawPointer, slots: UnsafeMutableRawPointer, count: Int, block: MemoryBlock?) {
    self.rows = rows
    self.slots = slots
    rowMask = (count &- 1) &<< 4
    self.block = block
  }

  /// The number of buckets, overflow buckets apart.
  @inlinable @inline(__always) var count: Int { (rowMask &>> 4) &+ 1 }

  /// The number of the bucket that a hash belongs to.
  @inlinable @inline(__always)
  func index(of hash: UInt64) -> Int { (Int(truncatingIfNeeded: hash) & rowMask) &>> 4 }

  /// The memory of the slots, for giving parts of it back.
  @inlinable
  func slotBytes(_ range: Range<Int>) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: slots + range.lowerBound, count: range.count)
  }

  /// The row of a bucket.
  @inlinable @inline(__always)
  func row(_ index: Int) -> UnsafeMutableRawPointer { rows + index &<< 4 }

  /// Whether the entries of a bucket have moved on.
  @inlinable @inline(__always)
  func isEvacuated(_ index: Int) -> Bool {
    let mark = row(index).load(as: UInt8.self)
    return mark &- Tag.evacuatedLow <= Tag.evacuatedEmpty &- Tag.evacuatedLow
  }

  /// One row of empty slots without memory for them: the array of a map that has never held anything.
  @usableFromInline static let none: BucketArray = {
    let row = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    row.initializeMemory(as: UInt8.self, repeating: 0, count: 64)
    return BucketArray(rows: row, slots: row, count: 1, block: nil)
  }()
}

extension BucketArray: @unchecked Sendable {}
