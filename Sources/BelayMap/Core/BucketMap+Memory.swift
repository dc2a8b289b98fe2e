import BelayMemory
import CBucketRow

extension BucketMap where Value: ~Copyable {
  /// Whether entries end without any code being run.
  @inlinable @inline(__always)
  static var entriesAreTrivial: Bool { _isPOD(Key.self) && SlotLayout<Key, Value>.valueIsTrivial }

  /// The buckets of a map, taken away from it.
  @usableFromInline
  struct Detached {
    @usableFromInline var old: BucketArray
    @usableFromInline var evacuated: Int
    @usableFromInline var buckets: BucketArray
    @usableFromInline var pool: OverflowPool
    @usableFromInline var oldPool: OverflowPool
    @usableFromInline var sweepCycle: UInt64
    @usableFromInline var isEmpty: Bool

    @inlinable
    init(_ header: MapHeader) {
      old = header.old
      evacuated = header.evacuated
      buckets = header.buckets
      pool = header.pool
      oldPool = header.oldPool
      sweepCycle = header.sweepCycle
      isEmpty = header.count == 0
    }
  }

  /// Takes all buckets away from the map, which is empty then and has no memory.
  @inlinable
  func detach() -> Detached {
    dropPrepared()
    dropMove()
    let detached = Detached(header.pointee)
    header.pointee.count = 0
    header.pointee.old = .none
    header.pointee.overflowCount = 0
    header.pointee.pool = OverflowPool()
    header.pointee.oldPool = OverflowPool()
    header.pointee.sweepCycle = 0
    header.pointee.traits &= MapTraits.keepsCapacity | MapTraits.fixedSeed | MapTraits.alwaysInOrder
    header.flags &= ~MapFlags.growing
    install(.none, logCount: 0)
    header.pointee.threshold = 0
    becameEmpty()
    return detached
  }

  /// Ends the life of the entries in buckets that were taken away, and gives the memory back.
  ///
  /// - Complexity: O(1) calls of the allocator and, unless keys and values are trivial, linear in the number of buckets.
  @inlinable
  func destroy(_ detached: consuming Detached) {
    if !Self.entriesAreTrivial, !detached.isEmpty {
      Self.forEachSlot(old: detached.old, from: detached.evacuated, new: detached.buckets) { slot in
        Self.key(slot).deinitialize(count: 1)
        Self.value(slot).deinitialize(count: 1)
        return true
      }
    }
    if let block = detached.old.block { allocator.deallocate(block) }
    if let block = detached.buckets.block { allocator.deallocate(block) }
    detached.pool.releaseAll(to: allocator)
    detached.oldPool.releaseAll(to: allocator)
    SweepLog.end(detached.sweepCycle)
  }

  /// Calls a function with the slot of each entry, until it returns false. The function must not use the map.
  ///
  /// - Complexity: Linear in the number of buckets.
  @inlinable @inline(__always)
  func forEachSlot(_ body: (UnsafeMutableRawPointer) -> Bool) {
    Self.forEachSlot(
      old: header.pointee.old, from: header.pointee.evacuated, new: header.pointee.buckets, body)
  }

  @inlinable @inline(__always)
  static func forEachSlot(
    old: BucketArray, from evacuated: Int, new: BucketArray, _ body: (UnsafeMutableRawPointer) -> Bool
  ) {
    if old.block != nil {
      for index in evacuated..<old.count where !old.isEvacuated(index) {
        if !forEachSlot(ofChain: Bucket(index, of: old), body) { return }
      }
    }
    for index in 0..<new.count where !forEachSlot(ofChain: Bucket(index, of: new), body) { return }
  }

  @inlinable @inline(__always)
  static func forEachSlot(ofChain first: Bucket<Key, Value>, _ body: (UnsafeMutableRawPointer) -> Bool) -> Bool {
    var bucket = first
    // Without a bit in the filter there is nothing behind the link, and its line need not be read.
    let hasOverflow = first.filter != 0
    while true {
      var lanes = bucket.occupied
      while lanes != 0 {
        if !body(bucket.slot(lanes.trailingZeroBitCount)) { return false }
        lanes &= lanes &- 1
      }
      guard hasOverflow, let next = bucket.next else { return true }
      bucket = Bucket(overflow: next)
    }
  }
}
