import CBucketRow

extension BucketMap where Value: ~Copyable {
  /// Where an entry stands in its chain.
  @usableFromInline @frozen
  struct Position {
    @usableFromInline let first: Bucket<Key, Value>
    @usableFromInline let bucket: Bucket<Key, Value>
    @usableFromInline let lane: Int

    @inlinable @inline(__always)
    init(first: Bucket<Key, Value>, bucket: Bucket<Key, Value>, lane: Int) {
      self.first = first
      self.bucket = bucket
      self.lane = lane
    }

    @inlinable @inline(__always) var slot: UnsafeMutableRawPointer { bucket.slot(lane) }
    /// Whether no slot follows in the same bucket.
    @inlinable @inline(__always) var isLastOfBucket: Bool {
      lane == (bucket.row == first.row ? Layout.slotsPerBucket : Layout.overflowSlots) &- 1
    }
  }

  /// Begins a write to the entry of a key, which the caller ends; nil, and no write, if there is no entry.
  @inlinable @inline(__always)
  func beginChange(of key: Key) -> Position? {
    let header = header
    let state = header.state
    if UInt8(truncatingIfNeeded: state) != 0 { return beginChangeSlow(of: key) }
    if MapFlags.marksWrites { header.state = state | UInt64(MapFlags.writing) }
    let hash = plainHash(key)
    let first = Bucket<Key, Value>(of: hash, in: header.pointee.buckets)
    let matches = first.matches(hash)
    if matches != 0 {
      let lane = matches.trailingZeroBitCount
      if _fastPath(KeyHash.equal(Self.key(first.slot(lane)), key)) {
        return Position(first: first, bucket: first, lane: lane)
      }
    }
    if matches != 0 || first.mayOverflow(hash), let position = position(of: key, hash: hash) { return position }
    endWrite()
    return nil
  }

  @inlinable @inline(never)
  func beginChangeSlow(of key: Key) -> Position? {
    guard beginWrite() else { return nil }
    let hash = hash(key)
    if header.flags & MapFlags.growing != 0 { advanceGrowth(touching: hash) }
    if let position = position(of: key, hash: hash) { return position }
    endWrite()
    return nil
  }

  /// Where a key stands in the buckets of the new array, within a write.
  @inlinable @inline(never)
  func position(of key: Key, hash: UInt64) -> Position? {
    let first = Bucket<Key, Value>(of: hash, in: home(of: hash))
    var bucket = first
    while true {
      var matches = bucket.matches(hash)
      while matches != 0 {
        let lane = matches.trailingZeroBitCount
        if KeyHash.equal(Self.key(bucket.slot(lane)), key) { return Position(first: first, bucket: bucket, lane: lane) }
        matches &= matches &- 1
      }
      guard first.mayOverflow(hash), let next = bucket.next else { return nil }
      bucket = Bucket(overflow: next)
    }
  }

  /// Marks a slot, whose key and value are gone already, as empty. Other entries stay where they are.
  @inlinable @inline(__always)
  func vacate(_ position: Position) {
    if position.first.filter == 0 {
      // Then the chain is this one bucket.
      belay_row_vacate(position.bucket.row, UInt32(truncatingIfNeeded: position.lane), Tag.emptyOne, Tag.least)
    } else {
      vacateInChain(position)
    }
    header.pointee.count &-= 1
    if header.pointee.count &<< 2 < header.pointee.threshold {
      becameSparse()
    } else if header.pointee.sparseRemovals != 0 {
      header.pointee.sparseRemovals = 0
    }
  }

  /// Marks a slot of a chain with overflow buckets as empty.
  @inlinable @inline(never)
  func vacateInChain(_ position: Position) {
    position.bucket[position.lane] = Tag.emptyOne
    if position.isLastOfBucket || position.bucket[position.lane &+ 1] == Tag.emptyRest {
      restoreEmptyRestOfChain(position)
    }
  }

  /// Lets the marks "empty to the end" begin right after the last entry of the chain, and gives overflow buckets back that they cover.
  @inlinable
  func restoreEmptyRestOfChain(_ position: Position) {
    if position.isLastOfBucket, let next = position.bucket.next,
      Bucket<Key, Value>(overflow: next)[0] != Tag.emptyRest
    {
      return
    }
    var bucket = position.bucket
    var lane = position.lane
    while true {
      bucket[lane] = Tag.emptyRest
      if lane > 0 {
        lane &-= 1
      } else {
        if bucket.row == position.first.row { break }
        bucket = predecessor(of: bucket, from: position.first)
        lane = (bucket.row == position.first.row ? Layout.slotsPerBucket : Layout.overflowSlots) &- 1
      }
      if bucket[lane] != Tag.emptyOne { break }
    }
    // A cursor may stand in a bucket that has just become empty: it goes back later, with the chain.
    if header.pointee.cursors != nil { return }
    bucket = position.first
    while let next = bucket.next {
      let overflow = Bucket<Key, Value>(overflow: next)
      if overflow[0] == Tag.emptyRest {
        releaseOverflow(next, to: pool(of: position.first))
        bucket.next = nil
        break
      }
      bucket = overflow
    }
    if position.first.next == nil { position.first.filter = 0 }
  }

  /// Puts the overflow buckets from a link on, which hold nothing, back into the pool.
  @inlinable
  func releaseOverflow(_ link: UnsafeMutableRawPointer?, to pool: UnsafeMutablePointer<OverflowPool>) {
    var link = link
    while let overflow = link {
      link = Bucket<Key, Value>(overflow: overflow).next
      pool.pointee.put(overflow)
      header.pointee.overflowCount &-= 1
    }
  }

  @inlinable
  func predecessor(of bucket: Bucket<Key, Value>, from first: Bucket<Key, Value>) -> Bucket<Key, Value> {
    var candidate = first
    while let next = candidate.next, next != bucket.row { candidate = Bucket(overflow: next) }
    return candidate
  }

  /// What a removal does that leaves the map with less than a quarter of its load: an empty map draws a new seed, one that stays sparse
  /// for as many removals as it has buckets shrinks.
  @inlinable @inline(never)
  func becameSparse() {
    if header.pointee.count == 0 { becameEmpty() }
    if header.flags & MapFlags.growing == 0 { dropPrepared() }
    header.pointee.sparseRemovals &+= 1
    if header.pointee.sparseRemovals > header.pointee.buckets.count,
      (header.pointee.traits & MapTraits.keepsCapacity) == 0, header.flags & MapFlags.growing == 0
    {
      header.pointee.sparseRemovals = 0
      _ = startShrinking()
    }
  }
}
