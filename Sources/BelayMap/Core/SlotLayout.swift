/// Where key and value lie within a bucket; constants once the types are known.
@usableFromInline
enum SlotLayout<Key, Value: ~Copyable> {
  /// The slots of a bucket.
  @inlinable @inline(__always) static var slotsPerBucket: Int { 15 }
  /// The lanes of a row that stand for slots, as a bit mask.
  @inlinable @inline(__always) static var lanes: UInt32 { 0x7FFF }
  /// Bytes of a row.
  @inlinable @inline(__always) static var rowBytes: Int { 16 }
  /// Bytes of the link to the first overflow bucket.
  @inlinable @inline(__always) static var linkBytes: Int { 8 }
  /// The byte of a row that holds the overflow filter.
  @inlinable @inline(__always) static var filterLane: Int { 15 }

  /// From the start of a slot to its value.
  @inlinable @inline(__always) static var valueOffset: Int {
    roundUp(MemoryLayout<Key>.size, to: MemoryLayout<Value>.alignment)
  }
  /// The alignment of a slot.
  @inlinable @inline(__always) static var alignment: Int {
    max(MemoryLayout<Key>.alignment, MemoryLayout<Value>.alignment)
  }
  /// Whether a value ends without any code being run.
  @inlinable @inline(__always) static var valueIsTrivial: Bool { _isPOD(Value.self) }

  /// From one slot to the next.
  @inlinable @inline(__always) static var stride: Int {
    max(1, roundUp(valueOffset &+ MemoryLayout<Value>.size, to: alignment))
  }
  /// Bytes of the slots of a bucket.
  @inlinable @inline(__always) static var bucketBytes: Int { slotsPerBucket &* stride }
  /// Where an array of buckets, and its slots, begin: a line of the cache, or more when a type asks for it.
  @inlinable @inline(__always) static var arrayAlignment: Int { max(64, alignment) }
  /// The slots of an overflow bucket: as many as lie with row and link in two lines of the cache, at least 3. Most overflow buckets hold one
  /// entry or two.
  @inlinable @inline(__always) static var overflowSlots: Int {
    Swift.max(3, Swift.min(slotsPerBucket, (128 &- overflowSlotsOffset) / stride))
  }
  /// The row of an overflow bucket without entries, in two words: the lanes that have no slot are neither free nor in use.
  @inlinable @inline(__always) static var overflowRow: (UInt64, UInt64) {
    let marks = UInt64(Tag.evacuatedEmpty) &* 0x0101_0101_0101_0101
    let low = overflowSlots >= 8 ? 0 : marks &<< UInt64(truncatingIfNeeded: overflowSlots &* 8)
    let high = overflowSlots >= 8 ? marks &<< UInt64(truncatingIfNeeded: (overflowSlots &- 8) &* 8) : marks
    return (low, overflowSlots == slotsPerBucket ? 0 : high & 0x00FF_FFFF_FFFF_FFFF)
  }
  /// From the start of an overflow bucket (row, link) to its slots.
  @inlinable @inline(__always) static var overflowSlotsOffset: Int {
    roundUp(rowBytes &+ linkBytes, to: max(alignment, 8))
  }
  /// Bytes of an overflow bucket.
  @inlinable @inline(__always) static var overflowBytes: Int {
    roundUp(overflowSlotsOffset &+ overflowSlots &* stride, to: max(alignment, 64))
  }
  /// From the start of an array of `count` buckets to its slots: the rows, then the links, then the slots.
  @inlinable @inline(__always)
  static func slotsOffset(count: Int) -> Int { roundUp(count &* (rowBytes &+ linkBytes), to: arrayAlignment) }
  /// Bytes of an array of `count` buckets.
  @inlinable @inline(__always)
  static func arrayBytes(count: Int) -> Int { slotsOffset(count: count) &+ count &* bucketBytes }

  @inlinable @inline(__always)
  static func roundUp(_ size: Int, to alignment: Int) -> Int { (size &+ alignment &- 1) & ~(alignment &- 1) }
}
