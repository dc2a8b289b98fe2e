import BelayMemory

/// Growth of large maps: buckets move in their order, into pages that are there already.
///
/// Each write moves the next two buckets, however little or much it touches itself; a write to a bucket that has not moved takes place in the old array, as look-ups do. So a map
/// fills the new array from two ends on, page by page, and leaves the old one page by page: it never has both in memory as a whole, and another thread can touch the pages before it and give
/// those back that it has left. When that thread falls behind, for want of a processor, writes move nothing for a while, but not for longer than the map had buckets.
extension BucketMap where Value: ~Copyable {
  /// Growths to arrays of this size and more go in order.
  @inlinable static var inOrderBytes: Int { 256 << 10 }

  /// The overflow buckets of the new array, and those of the old one.
  @inlinable @inline(__always)
  var pools: (new: UnsafeMutablePointer<OverflowPool>, old: UnsafeMutablePointer<OverflowPool>) {
    let start = UnsafeMutableRawPointer(header)
    return (
      (start + MapHeader.poolOffset).assumingMemoryBound(to: OverflowPool.self),
      (start + MapHeader.oldPoolOffset).assumingMemoryBound(to: OverflowPool.self)
    )
  }

  /// The array in which the entries with a hash are.
  @inlinable @inline(__always)
  func home(of hash: UInt64) -> BucketArray {
    if header.flags & MapFlags.growing != 0 {
      let index = header.pointee.old.index(of: hash)
      // What lies below the mark may have gone back to the system; it must not even be looked at.
      if index >= header.pointee.evacuated, !header.pointee.old.isEvacuated(index) { return header.pointee.old }
    }
    return header.pointee.buckets
  }

  /// Where the overflow buckets of a chain come from and go to.
  @inlinable @inline(__always)
  func pool(of first: Bucket<Key, Value>) -> UnsafeMutablePointer<OverflowPool> {
    let pools = pools
    guard header.flags & MapFlags.growing != 0 else { return pools.new }
    let old = header.pointee.old
    return first.row >= old.rows && first.row <= old.rows + old.rowMask ? pools.old : pools.new
  }

  /// Asks for somebody to go with the map.
  @inlinable @inline(never)
  func beginInOrder() {
    let old = header.pointee.old
    let new = header.pointee.buckets
    guard let block = new.block, header.pointee.preparation == nil else { return }
    let half = Swift.min(old.count, new.count)
    var ahead: [MemoryMove.Lane] = []
    for first in stride(from: 0, to: new.count, by: half) {
      let bucket = Bucket<Key, Value>(first, of: new)
      ahead.append(
        MemoryMove.Lane(base: bucket.slots, stride: Layout.bucketBytes, byteCount: half &* Layout.bucketBytes))
      ahead.append(MemoryMove.Lane(base: bucket.row, stride: Layout.rowBytes, byteCount: half &* Layout.rowBytes))
      ahead.append(MemoryMove.Lane(base: bucket.link, stride: Layout.linkBytes, byteCount: half &* Layout.linkBytes))
    }
    let bucket = Bucket<Key, Value>(0, of: old)
    let behind = [
      MemoryMove.Lane(base: bucket.slots, stride: Layout.bucketBytes, byteCount: old.count &* Layout.bucketBytes),
      MemoryMove.Lane(base: bucket.row, stride: Layout.rowBytes, byteCount: old.count &* Layout.rowBytes),
      MemoryMove.Lane(base: bucket.link, stride: Layout.linkBytes, byteCount: old.count &* Layout.linkBytes),
    ]
    header.pointee.move = allocator.accompany(
      into: block, stepCount: old.count, ahead: ahead, behind: behind, cycle: header.pointee.sweepCycle)
    header.pointee.patience = old.count
  }

  /// The share of a write in a growth that goes in order: the next two buckets.
  @inlinable @inline(never)
  func advanceInOrder() {
    let mark = header.pointee.evacuated
    guard let move = header.pointee.move else {
      evacuate(mark)
      if header.flags & MapFlags.growing != 0 { evacuate(header.pointee.evacuated) }
      return
    }
    let count = header.pointee.old.count
    if mark < count, move.ready < Swift.min(mark &+ 2, count) {
      if header.pointee.patience > 0 {
        header.pointee.patience &-= 1
      } else {
        evacuate(mark)
      }
    } else {
      evacuate(mark)
      if header.flags & MapFlags.growing != 0, header.pointee.evacuated < count { evacuate(header.pointee.evacuated) }
    }
    if header.flags & MapFlags.growing != 0 { move.advance(to: header.pointee.evacuated) }
  }

  /// Ends a growth with which somebody went, who gives the old array back; false when nobody did.
  @inlinable
  func endMove(leaving old: BucketArray, cycle: UInt64) -> Bool {
    guard let move = header.pointee.move else { return false }
    header.pointee.move = nil
    let rest = (old.block?.byteCount ?? 0) &- move.releasedBytes
    let allocator = allocator
    move.finish { [block = old.block] in
      if let block { allocator.deallocate(block) }
    }
    SweepLog.released(cycle, bytes: rest)
    SweepLog.end(cycle)
    return true
  }

  /// Parts with whoever goes with the map, which is about to end or to become empty.
  @inlinable
  func dropMove() {
    guard let move = header.pointee.move else { return }
    header.pointee.move = nil
    move.cancel()
  }
}

extension MapHeader {
  /// Where the pools lie in the header.
  @usableFromInline static let poolOffset = MemoryLayout<MapHeader>.offset(of: \.pool).unsafelyUnwrapped
  @usableFromInline static let oldPoolOffset = MemoryLayout<MapHeader>.offset(of: \.oldPool).unsafelyUnwrapped
}
