import CBucketRow

/// A bucket of an array or of an overflow chain: where its row, its link and its slots lie.
@usableFromInline @frozen
struct Bucket<Key, Value: ~Copyable> {
  @usableFromInline typealias Layout = SlotLayout<Key, Value>

  @usableFromInline let row: UnsafeMutableRawPointer
  @usableFromInline let link: UnsafeMutableRawPointer
  @usableFromInline let slots: UnsafeMutableRawPointer

  /// A bucket of an array.
  @inlinable @inline(__always)
  init(_ index: Int, of array: BucketArray) {
    row = array.rows + index &* Layout.rowBytes
    link = array.rows + array.count &* Layout.rowBytes + index &* Layout.linkBytes
    slots = array.slots + index &* Layout.bucketBytes
  }

  /// The bucket of an array that a hash belongs to.
  @inlinable @inline(__always)
  init(of hash: UInt64, in array: BucketArray) {
    let offset = Int(truncatingIfNeeded: hash) & array.rowMask
    row = array.rows + offset
    link = array.rows + (array.rowMask &+ Layout.rowBytes) + offset &>> 1
    // With slots of 16 bytes, and multiples of them, the offset of the row is multiplied as it is.
    slots =
      array.slots
      + (Layout.bucketBytes % 16 == 0 ? offset &* (Layout.bucketBytes / 16) : (offset &>> 4) &* Layout.bucketBytes)
  }

  /// A bucket of an array that lies so many buckets behind another.
  @inlinable
  init(_ offset: Int, behind bucket: Bucket) {
    row = bucket.row + offset &* Layout.rowBytes
    link = bucket.link + offset &* Layout.linkBytes
    slots = bucket.slots + offset &* Layout.bucketBytes
  }

  /// An overflow bucket.
  @inlinable @inline(__always)
  init(overflow: UnsafeMutableRawPointer) {
    row = overflow
    link = overflow + Layout.rowBytes
    slots = overflow + Layout.overflowSlotsOffset
  }

  /// The next bucket of the chain.
  @inlinable @inline(__always)
  var next: UnsafeMutableRawPointer? {
    get { link.load(as: UnsafeMutableRawPointer?.self) }
    nonmutating set { link.storeBytes(of: newValue, as: UnsafeMutableRawPointer?.self) }
  }

  /// The mark or hash byte of a slot.
  @inlinable @inline(__always)
  subscript(lane: Int) -> UInt8 {
    get { row.load(fromByteOffset: lane, as: UInt8.self) }
    nonmutating set { row.storeBytes(of: newValue, toByteOffset: lane, as: UInt8.self) }
  }

  /// The overflow filter; of use in the bucket of an array only.
  ///
  /// Read as an atomic byte, so that the compiler does not fetch it out of the row that it has loaded already: that would go through the
  /// stack in each look-up, while only those that miss need it.
  @inlinable @inline(__always)
  var filter: UInt8 {
    get { belay_load_relaxed_u8((row + Layout.filterLane).assumingMemoryBound(to: UInt8.self)) }
    nonmutating set { self[Layout.filterLane] = newValue }
  }

  /// A bit for each slot whose hash byte is that of a hash.
  @inlinable @inline(__always)
  func matches(_ hash: UInt64) -> UInt32 { belay_row_match_hash(row, hash, Tag.least) & Layout.lanes }

  /// Whether an overflow bucket can hold a key with a hash; of use in the bucket of an array only.
  @inlinable @inline(__always)
  func mayOverflow(_ hash: UInt64) -> Bool { filter & Tag.filterBit(of: hash) != 0 }

  /// A bit for each slot that holds no entry.
  @inlinable @inline(__always)
  var free: UInt32 { belay_row_match_at_most(row, Tag.emptyOne) & Layout.lanes }

  /// A bit for each slot that holds an entry.
  @inlinable @inline(__always)
  var occupied: UInt32 { ~belay_row_match_at_most(row, Tag.least &- 1) & Layout.lanes }

  @inlinable @inline(__always)
  func slot(_ lane: Int) -> UnsafeMutableRawPointer { slots + lane &* Layout.stride }
}

/// A slot's two halves.
extension UnsafeMutableRawPointer {
  @inlinable @inline(__always)
  func key<Key>(as type: Key.Type) -> UnsafeMutablePointer<Key> { assumingMemoryBound(to: Key.self) }
}
