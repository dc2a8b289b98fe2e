import BelayMemory
import CBucketRow

extension BucketMap where Value: ~Copyable {
  /// Entries that buckets hold on average when the map grows: 13 of 15 slots. With fewer, less entries would have to be
  /// looked up by way of the link, but more of the buckets lie outside of the caches: 11 were slower to look up and to insert.
  @inlinable static var loadPerBucket: Int { 13 }
  /// Evacuated memory goes back once this much of it has gathered.
  @inlinable static var releaseBytes: Int { 64 * 1024 }

  /// How many slabs of overflow buckets pass from the old array to the new with one write.
  @inlinable static var slabsPerStep: Int { 16 }

  /// The number of entries that a number of buckets takes without growing.
  @inlinable
  static func threshold(logCount: Int) -> Int { logCount == 0 ? Layout.slotsPerBucket : loadPerBucket << logCount }

  /// An array of empty buckets.
  @inlinable
  func makeArray(logCount: Int) throws(MemoryError) -> BucketArray {
    let count = 1 << logCount
    let block = try allocator.allocate(byteCount: Layout.arrayBytes(count: count), alignment: Layout.arrayAlignment)
    return array(in: block, count: count)
  }

  @inlinable
  func array(in block: MemoryBlock, count: Int) -> BucketArray {
    BucketArray(rows: block.base, slots: block.base + Layout.slotsOffset(count: count), count: count, block: block)
  }

  @inlinable
  func install(_ array: BucketArray, logCount: Int) {
    header.pointee.buckets = array
    header.pointee.logCount = UInt8(logCount)
    header.pointee.threshold = Self.threshold(logCount: logCount)
    header.pointee.overflowLimit = array.count
    header.pointee.sparseRemovals = 0
  }

  /// Begins a growth: to twice the buckets, or to as many when it is for overflow buckets only. The first array is made here too.
  ///
  /// - Returns: False when there is no memory; the map then goes on in overflow buckets, and tries again later.
  @inlinable @inline(never)
  func startGrowth() -> Bool {
    let isFull = header.pointee.count >= header.pointee.threshold
    do throws(MemoryError) {
      if header.pointee.buckets.block == nil {
        install(try makeArray(logCount: 0), logCount: 0)
        return true
      }
      if isFull, waitsForPages() { return false }
      try beginMove(logCount: Int(header.pointee.logCount) + (isFull ? 1 : 0), traits: isFull ? 0 : MapTraits.sameSize)
      if isFull { header.pointee.doublings &+= 1 } else { header.pointee.rebuilds &+= 1 }
      return true
    } catch {
      if header.pointee.buckets.block == nil { outOfMemory(error) }
      header.pointee.threshold += Swift.max(1, header.pointee.count / 16)
      header.pointee.overflowLimit += Swift.max(1, header.pointee.overflowCount)
      return false
    }
  }

  /// Begins to move to half the buckets; false when there is no memory, or when keys that are not equal to themselves forbid it.
  @inlinable @inline(never)
  func startShrinking() -> Bool {
    guard header.pointee.logCount > 0, header.pointee.traits & MapTraits.unequalKeys == 0 else { return false }
    do throws(MemoryError) {
      try beginMove(logCount: Int(header.pointee.logCount) - 1, traits: MapTraits.shrinking)
      header.pointee.shrinkings &+= 1
      return true
    } catch {
      return false
    }
  }

  @inlinable
  func beginMove(logCount: Int, traits: UInt8) throws(MemoryError) {
    let new: BucketArray
    if let prepared = takePrepared(logCount: logCount) {
      new = prepared
    } else {
      new = try makeArray(logCount: logCount)
    }
    header.pointee.old = header.pointee.buckets
    header.pointee.oldPool = header.pointee.pool
    header.pointee.pool = OverflowPool()
    header.pointee.sweepCycle = SweepLog.begin(.growth, bytes: header.pointee.old.block?.byteCount ?? 0)
    install(new, logCount: logCount)
    header.pointee.evacuated = 0
    header.pointee.released = 0
    header.pointee.releasedRows = 0
    header.pointee.releaseStep = Swift.max(
      Self.releaseBytes, header.pointee.old.block.map { allocator.releaseGranule(of: $0) } ?? 0)
    let inOrder =
      header.pointee.traits & MapTraits.alwaysInOrder != 0 || (new.block?.byteCount ?? 0) >= Self.inOrderBytes
    header.pointee.traits =
      header.pointee.traits & ~MapTraits.ofGrowth | traits | (inOrder ? MapTraits.inOrder : 0)
    header.flags |= MapFlags.growing
    if inOrder { beginInOrder() }
    FaultStep.growthBegins.reached()
  }

  /// The share of a write in a growth: the bucket that it touches moves, and one more.
  @inlinable @inline(never)
  func advanceGrowth(touching hash: UInt64) {
    if header.pointee.traits & MapTraits.inOrder != 0 { return advanceInOrder() }
    let array = header.pointee.old
    let index = array.index(of: hash)
    // The lines of the bucket that is touched are on their way while the other one moves.
    if index >= header.pointee.evacuated { prefetchMove(index, of: array) }
    evacuate(header.pointee.evacuated)
    evacuateIfNeeded(index)
    if header.pointee.traits & MapTraits.shrinking != 0 {
      // Two old buckets become this new one.
      evacuateIfNeeded(index ^ (array.count &>> 1))
    }
  }

  /// Fetches what moving a bucket reads and writes.
  @inlinable @inline(__always)
  func prefetchMove(_ index: Int, of array: BucketArray) {
    let bucket = Bucket<Key, Value>(index, of: array)
    let low = Bucket<Key, Value>(index & (header.pointee.buckets.count &- 1), of: header.pointee.buckets)
    let high = Bucket<Key, Value>(
      (index &+ array.count) & (header.pointee.buckets.count &- 1), of: header.pointee.buckets)
    belay_prefetch_write(bucket.row)
    belay_prefetch_write(low.row)
    belay_prefetch_write(high.row)
    var offset = 0
    while offset < Swift.min(Layout.bucketBytes, 512) {
      belay_prefetch(bucket.slots + offset)
      offset &+= 64
    }
    belay_prefetch_write(low.slots)
    belay_prefetch_write(low.slots + 64)
    belay_prefetch_write(high.slots)
    belay_prefetch_write(high.slots + 64)
  }

  @inlinable
  func evacuateIfNeeded(_ index: Int) {
    guard header.flags & MapFlags.growing != 0, index >= header.pointee.evacuated,
      !header.pointee.old.isEvacuated(index)
    else { return }
    evacuate(index)
  }

  /// Moves whatever is left of a growth.
  @inlinable @inline(never)
  func finishGrowth() {
    while header.flags & MapFlags.growing != 0 { evacuate(header.pointee.evacuated) }
  }

  /// The end of a chain of the new array that entries move to.
  @usableFromInline
  struct Destination {
    @usableFromInline let firstRow: UnsafeMutableRawPointer
    @usableFromInline var bucket: Bucket<Key, Value>
    @usableFromInline var lane: Int

    /// A chain; its last entry is looked for when it may hold some.
    @inlinable @inline(__always)
    init(_ index: Int, of array: BucketArray, isEmpty: Bool) {
      bucket = Bucket(index, of: array)
      firstRow = bucket.row
      lane = 0
      if isEmpty { return }
      if bucket.filter != 0 {
        while let next = bucket.next { bucket = Bucket(overflow: next) }
      }
      lane = 32 &- bucket.occupied.leadingZeroBitCount
    }
  }

  /// Moves one old bucket, with its overflow buckets, into the new array; beyond the last one, gives back what is left of the old array.
  @inlinable @inline(never)
  func evacuate(_ index: Int) {
    let old = header.pointee.old
    if index == old.count { return releaseOld() }
    if old.isEvacuated(index) {
      // The mark stands here since its last step, which was bounded.
      advanceMark()
      return
    }
    FaultStep.bucketMoves.reached()
    let new = header.pointee.buckets
    let shrinks = header.pointee.traits & MapTraits.shrinking != 0
    let splits = header.pointee.traits & (MapTraits.sameSize | MapTraits.shrinking) == 0
    if header.pointee.cursors != nil { cursorsLeave(bucket: index) }
    // Which half an entry goes to is as good as random: it indexes a pair of destinations, and no branch has to be guessed.
    withUnsafeTemporaryAllocation(of: Destination.self, capacity: 2) { ends in
      ends.initializeElement(
        at: 0, to: Destination(shrinks ? index & (new.count &- 1) : index, of: new, isEmpty: !shrinks))
      ends.initializeElement(
        at: 1, to: Destination(splits ? index &+ old.count : index & (new.count &- 1), of: new, isEmpty: true))
      let halfBit = UInt64(truncatingIfNeeded: old.count.trailingZeroBitCount &+ 4)
      let splitMask: UInt64 = splits ? 1 : 0
      let first = Bucket<Key, Value>(index, of: old)
      let hasOverflow = first.filter != 0
      var bucket = first
      var movedHigh: UInt32 = 0
      while true {
        var lanes = bucket.occupied
        while lanes != 0 {
          let lane = lanes.trailingZeroBitCount
          lanes &= lanes &- 1
          let slot = bucket.slot(lane)
          let hash = hash(Self.key(slot).pointee)
          var tag = Tag.of(hash)
          var half = Int(truncatingIfNeeded: (hash &>> halfBit) & splitMask)
          if tag != bucket[lane] || old.index(of: hash) != index {
            if KeyHash.equalsItself(Self.key(slot).pointee) {
              tag = bucket[lane]
              misuse(movingKeyWithHash: hash)
            } else {
              // Nobody can look such a key up; a bit of the byte drawn for it decides, and a new byte lets the next growth part its like.
              half = Int(bucket[lane]) & Int(truncatingIfNeeded: splitMask)
            }
          }
          movedHigh |= UInt32(truncatingIfNeeded: half) &<< UInt32(truncatingIfNeeded: lane)
          move(slot, tag: tag, hash: hash, to: &ends[half])
        }
        if bucket.row == first.row {
          belay_row_mark_moved(first.row, movedHigh, Tag.least, Tag.evacuatedLow, Tag.evacuatedEmpty)
        }
        guard hasOverflow, let next = bucket.next else { break }
        bucket = Bucket(overflow: next)
      }
      if hasOverflow {
        // The overflow buckets stay where they are: all of their pool goes back together.
        var link = first.next
        while let overflow = link {
          link = Bucket<Key, Value>(overflow: overflow).next
          header.pointee.overflowCount &-= 1
        }
        first.next = nil
      }
    }
    if index == header.pointee.evacuated { advanceMark() }
  }

  @inlinable @inline(__always)
  func move(_ slot: UnsafeMutableRawPointer, tag: UInt8, hash: UInt64, to end: inout Destination) {
    if end.lane == (end.bucket.row == end.firstRow ? Layout.slotsPerBucket : Layout.overflowSlots) {
      end.bucket = appendOverflow(to: end.bucket, from: pools.new)
      end.lane = 0
    }
    let target = end.bucket.slot(end.lane)
    end.bucket[end.lane] = tag
    end.lane &+= 1
    if end.bucket.row != end.firstRow {
      let filter = end.firstRow.assumingMemoryBound(to: UInt8.self) + Layout.filterLane
      filter.pointee |= Tag.filterBit(of: hash)
    }
    // Not `moveInitialize(from:count:)`: that moves strides, of which a type of no bytes has one, and would touch the next slot.
    Self.key(target).initialize(to: Self.key(slot).move())
    Self.value(target).initialize(to: Self.value(slot).move())
  }

  /// Moves the mark below which all is evacuated, gives memory back, and ends the growth with the last bucket.
  @inlinable @inline(__always)
  func advanceMark() {
    let old = header.pointee.old
    var mark = header.pointee.evacuated &+ 1
    // A bounded step: what lies beyond is met by the next write.
    let stop = Swift.min(old.count, mark &+ 256)
    while mark < stop, old.isEvacuated(mark) { mark &+= 1 }
    header.pointee.evacuated = mark
    if mark == old.count {
      releaseOld()
    } else if header.pointee.move == nil,
      mark &* Layout.bucketBytes &- header.pointee.released >= header.pointee.releaseStep
    {
      releaseEvacuated()
    }
  }

  /// A step after all has been evacuated: the slabs of overflow buckets are kept by a map that has doubled, and go back one by one otherwise; then the growth
  /// ends.
  @inlinable @inline(never)
  func releaseOld() {
    if header.pointee.traits & (MapTraits.sameSize | MapTraits.shrinking) == 0 {
      // Twice the buckets will want as many overflow buckets and more.
      let pools = pools
      pools.old.pointee.giveSpare(to: &pools.new.pointee, limit: Self.slabsPerStep)
    } else if header.pointee.oldPool.slabs != nil || header.pointee.oldPool.spare != nil {
      SweepLog.released(header.pointee.sweepCycle, bytes: header.pointee.oldPool.releaseSlab(to: allocator))
    }
    if header.pointee.oldPool.slabs == nil, header.pointee.oldPool.spare == nil { endGrowth() }
  }

  /// Gives evacuated slots back, and with every sixteenth piece the rows and links of what has been evacuated.
  ///
  /// A piece ends at a page boundary, so that the page which two pieces share goes back with the second.
  @inlinable @inline(never)
  func releaseEvacuated() {
    let old = header.pointee.old
    guard let block = old.block else { return }
    FaultStep.memoryGoesBack.reached()
    let step = header.pointee.releaseStep
    let page = step > Self.releaseBytes ? step : Int(SystemPages.byteCount)
    let misaligned = Int(bitPattern: old.slots) & (page &- 1)
    let end = header.pointee.released &+ step
    let piece = end &- (end &+ misaligned) & (page &- 1)
    allocator.release(old.slotBytes(header.pointee.released..<piece), of: block)
    SweepLog.released(header.pointee.sweepCycle, bytes: piece &- header.pointee.released)
    header.pointee.released = piece
    let rows = header.pointee.evacuated &* Layout.rowBytes & ~(2 &* page &- 1)
    if rows &- header.pointee.releasedRows >= step {
      let from = header.pointee.releasedRows
      allocator.release(UnsafeMutableRawBufferPointer(start: old.rows + from, count: rows &- from), of: block)
      let links = old.rows + old.count &* Layout.rowBytes
      allocator.release(
        UnsafeMutableRawBufferPointer(start: links + from &>> 1, count: (rows &- from) &>> 1), of: block)
      header.pointee.releasedRows = rows
    }
  }

  @inlinable @inline(never)
  func endGrowth() {
    FaultStep.growthEnds.reached()
    let old = header.pointee.old
    let cycle = header.pointee.sweepCycle
    let rest = (old.block?.byteCount ?? 0) &- header.pointee.released
    header.pointee.old = .none
    header.pointee.oldPool = OverflowPool()
    header.pointee.sweepCycle = 0
    header.pointee.released = 0
    header.flags &= ~MapFlags.growing
    if header.pointee.traits & MapTraits.sameSize != 0, header.pointee.overflowCount * 2 > header.pointee.overflowLimit
    {
      // Rebuilding did not help: keys collide. Do not try again before there are twice as many.
      header.pointee.overflowLimit = header.pointee.overflowCount * 2
    }
    header.pointee.traits &= ~MapTraits.ofGrowth
    stopPreparing()
    if endMove(leaving: old, cycle: cycle) { return }
    if let block = old.block {
      // What nobody gave back in pieces on writes goes back in slices elsewhere.
      if header.pointee.releaseStep >= block.byteCount {
        allocator.deallocate(block)
      } else {
        allocator.deallocateReleased(block)
      }
    }
    SweepLog.released(cycle, bytes: rest)
    SweepLog.end(cycle)
  }

  /// Moves all entries to an array of another size in one go; for callers that ask for a size.
  @inlinable @inline(never)
  func moveAll(logCount: Int) throws(MemoryError) {
    finishGrowth()
    dropPrepared()
    if header.pointee.buckets.block == nil {
      install(try makeArray(logCount: logCount), logCount: logCount)
      return
    }
    let new = try makeArray(logCount: logCount)
    let old = header.pointee.buckets
    var oldPool = header.pointee.pool
    header.pointee.old = old
    header.pointee.pool = OverflowPool()
    header.pointee.overflowCount = 0
    install(new, logCount: logCount)
    for index in 0..<old.count {
      if header.pointee.cursors != nil { cursorsLeave(bucket: index) }
      let first = Bucket<Key, Value>(index, of: old)
      _ = Self.forEachSlot(ofChain: first) { slot in
        let hash = hash(Self.key(slot).pointee)
        var end = Destination(new.index(of: hash), of: new, isEmpty: false)
        move(slot, tag: Tag.of(hash), hash: hash, to: &end)
        return true
      }
    }
    header.pointee.old = .none
    oldPool.releaseAll(to: allocator)
    if let block = old.block { allocator.deallocate(block) }
  }

  @usableFromInline @inline(never)
  func misuse(movingKeyWithHash hash: UInt64) { misuse(.keyHashChanged) }

  /// The map has lost its last entry: a new seed, so that nobody can learn from one filling how the next will lie.
  @inlinable @inline(never)
  func becameEmpty() {
    if header.pointee.traits & MapTraits.fixedSeed == 0 { header.pointee.seed = MapSeed.next() }
    header.pointee.traits &= ~MapTraits.unequalKeys
    if header.pointee.cursors != nil { cursorsFinish() }
  }
}
