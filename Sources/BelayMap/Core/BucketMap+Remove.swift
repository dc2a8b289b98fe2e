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
  }

  /// Where a key stands in the buckets of the new array, within a write.
  @inlinable @inline(__always)
  func position(of key: Key, hash: UInt64) -> Position? {
    let first = Bucket<Key, Value>(of: hash, in: header.pointee.buckets)
    let tag = Tag.of(hash)
    var bucket = first
    while true {
      var matches = bucket.matches(tag)
      while matches != 0 {
        let lane = matches.trailingZeroBitCount
        if KeyHash.equal(Self.key(bucket.slot(lane)), key) { return Position(first: first, bucket: bucket, lane: lane) }
        matches &= matches &- 1
      }
      if first.filter & Tag.filterBit(of: hash) == 0 { return nil }
      guard let next = bucket.next else { return nil }
      bucket = Bucket(overflow: next)
    }
  }

  /// Marks a slot, whose key and value are gone already, as empty. Other entries stay where they are.
  @inlinable @inline(__always)
  func vacate(_ position: Position) {
    let bucket = position.bucket
    let lane = position.lane
    bucket[lane] = Tag.emptyOne
    header.pointee.count &-= 1
    header.pointee.version &+= 1
    if lane == Layout.slotsPerBucket &- 1 || bucket[lane &+ 1] == Tag.emptyRest { restoreEmptyRest(position) }
    if header.pointee.count &<< 2 < header.pointee.threshold {
      becameSparse()
    } else {
      header.pointee.sparseRemovals = 0
    }
  }

  /// Lets the marks "empty to the end" begin right after the last entry of the chain, and gives overflow buckets back that they cover.
  @inlinable @inline(__always)
  func restoreEmptyRest(_ position: Position) {
    if position.bucket.row == position.first.row, position.bucket.next == nil {
      var lane = position.lane
      repeat {
        position.bucket[lane] = Tag.emptyRest
        lane &-= 1
      } while lane >= 0 && position.bucket[lane] == Tag.emptyOne
    } else {
      restoreEmptyRestOfChain(position)
    }
  }

  @inlinable @inline(never)
  func restoreEmptyRestOfChain(_ position: Position) {
    if position.lane == Layout.slotsPerBucket &- 1, let next = position.bucket.next,
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
        lane = Layout.slotsPerBucket &- 1
      }
      if bucket[lane] != Tag.emptyOne { break }
    }
    // A cursor may stand in a bucket that has just become empty: it goes back later, with the chain.
    if header.pointee.cursors != nil { return }
    bucket = position.first
    while let next = bucket.next {
      let overflow = Bucket<Key, Value>(overflow: next)
      if overflow[0] == Tag.emptyRest {
        releaseOverflow(next)
        bucket.next = nil
        break
      }
      bucket = overflow
    }
    if position.first.next == nil { position.first.filter = 0 }
  }

  /// Puts the overflow buckets from a link on, which hold nothing, back into the pool.
  @inlinable
  func releaseOverflow(_ link: UnsafeMutableRawPointer?) {
    var link = link
    while let overflow = link {
      link = Bucket<Key, Value>(overflow: overflow).next
      header.pointee.pool.put(overflow)
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
    header.pointee.sparseRemovals &+= 1
    if header.pointee.sparseRemovals > header.pointee.buckets.count,
      (header.pointee.traits & MapTraits.keepsCapacity) == 0, header.flags & MapFlags.growing == 0
    {
      header.pointee.sparseRemovals = 0
      _ = startShrinking()
    }
  }
}
