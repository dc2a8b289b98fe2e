import BelayMemory
import CBucketRow

/// Where a key stands, or where it has just been put.
@usableFromInline @frozen
struct Placement {
  /// The slot; nil when the write was refused.
  @usableFromInline var slot: UnsafeMutableRawPointer?
  /// Whether the key was there before. If not, the slot holds the key, and the value is for the caller to initialise.
  @usableFromInline var found: Bool

  @inlinable @inline(__always)
  init(slot: UnsafeMutableRawPointer?, found: Bool) {
    self.slot = slot
    self.found = found
  }
}

extension BucketMap where Value: ~Copyable {
  /// Finds a key or puts it in, and begins a write that the caller ends with `endWrite` (unless the slot is nil).
  @inlinable @inline(__always)
  func place(_ key: Key) -> Placement {
    let header = header
    let state = header.state
    if UInt8(truncatingIfNeeded: state) != 0 { return placeSlow(key) }
    if MapFlags.marksWrites { header.state = state | UInt64(MapFlags.writing) }
    let hash = plainHash(key)
    let bucket = Bucket<Key, Value>(of: hash, in: header.pointee.buckets)
    // Where the slots lie is known before the row has come: their page, and often their line, arrives with it.
    belay_prefetch_write(bucket.slots + Swift.min(2 &* Layout.stride, Layout.bucketBytes))
    let matches = bucket.matches(hash)
    if matches != 0 {
      let slot = bucket.slot(matches.trailingZeroBitCount)
      if _fastPath(KeyHash.equal(Self.key(slot), key)) { return Placement(slot: slot, found: true) }
      return placeInChain(key, hash: hash)
    }
    let free = bucket.free
    if free != 0, !bucket.mayOverflow(hash), header.pointee.count < header.pointee.threshold {
      let lane = free.trailingZeroBitCount
      return Placement(slot: put(key, tag: Tag.of(hash), in: bucket, lane), found: false)
    }
    return placeInChain(key, hash: hash)
  }

  @inlinable @inline(never)
  func placeSlow(_ key: Key) -> Placement {
    guard beginWrite() else { return Placement(slot: nil, found: false) }
    let hash = hash(key)
    if header.flags & MapFlags.growing != 0 { advanceGrowth(touching: hash) }
    return placeInChain(key, hash: hash)
  }

  /// Begins a write from any state; false when the write is refused.
  @inlinable @inline(__always)
  func beginWrite() -> Bool {
    let state = header.state
    if UInt8(truncatingIfNeeded: state) & MapFlags.refusesWrites != 0 {
      refuseWrite()
      return false
    }
    if MapFlags.marksWrites { header.state = state | UInt64(MapFlags.writing) }
    return true
  }

  @inlinable @inline(never)
  func refuseWrite() {
    let flags = header.flags
    misuse(
      flags & MapFlags.freed != 0
        ? .arenaFreed : flags & MapFlags.exclusive != 0 ? .writeDuringExclusiveAccess : .concurrentWrites)
  }

  @inlinable @inline(__always)
  func endWrite() {
    let state = header.state
    if !MapFlags.marksWrites {
      header.state = state &+ MapFlags.write
    } else if UInt8(truncatingIfNeeded: state) == MapFlags.writing {
      header.state = state &- UInt64(MapFlags.writing) &+ MapFlags.write
    } else {
      endWriteSlow()
    }
  }

  @inlinable @inline(__always)
  func put(_ key: Key, tag: UInt8, in bucket: Bucket<Key, Value>, _ lane: Int) -> UnsafeMutableRawPointer {
    let slot = bucket.slot(lane)
    bucket[lane] = tag
    Self.key(slot).initialize(to: key)
    if !KeyHash.equalsItself(key) { header.pointee.traits |= MapTraits.unequalKeys }
    header.pointee.count &+= 1
    return slot
  }

  /// The way of an insertion that may have to look at overflow buckets, add one, or start a growth.
  @inlinable @inline(never)
  func placeInChain(_ key: Key, hash: UInt64) -> Placement {
    while true {
      let first = Bucket<Key, Value>(of: hash, in: home(of: hash))
      var bucket = first
      var free: (bucket: Bucket<Key, Value>, lane: Int)?
      while true {
        var matches = bucket.matches(hash)
        while matches != 0 {
          let slot = bucket.slot(matches.trailingZeroBitCount)
          if KeyHash.equal(Self.key(slot), key) { return Placement(slot: slot, found: true) }
          matches &= matches &- 1
        }
        if free == nil {
          let lanes = bucket.free
          if lanes != 0 { free = (bucket, lanes.trailingZeroBitCount) }
        }
        // Without a bit in the filter there is nothing behind the link, and its line need not be read.
        guard first.filter != 0, free == nil || first.mayOverflow(hash), let next = bucket.next else { break }
        bucket = Bucket(overflow: next)
      }
      if header.pointee.count >= header.pointee.threshold
        || header.pointee.overflowCount > header.pointee.overflowLimit,
        header.flags & MapFlags.growing == 0, startGrowth()
      {
        if header.flags & MapFlags.growing != 0 { advanceGrowth(touching: hash) }
        continue
      }
      let place = free ?? (appendOverflow(to: bucket, from: pool(of: first)), 0)
      if place.bucket.row != first.row { first.filter |= Tag.filterBit(of: hash) }
      return Placement(slot: put(key, tag: Tag.of(hash), in: place.bucket, place.lane), found: false)
    }
  }

  /// Links an overflow bucket to the last of a chain.
  @inlinable
  func appendOverflow(to bucket: Bucket<Key, Value>, from pool: UnsafeMutablePointer<OverflowPool>) -> Bucket<
    Key, Value
  > {
    do {
      let overflow = try pool.pointee.take(
        byteCount: Layout.overflowBytes, alignment: Layout.alignment, from: allocator)
      header.pointee.overflowCount &+= 1
      let row = Layout.overflowRow
      overflow.storeBytes(of: row.0, as: UInt64.self)
      overflow.storeBytes(of: row.1, toByteOffset: 8, as: UInt64.self)
      overflow.storeBytes(of: nil, toByteOffset: Layout.rowBytes, as: UnsafeMutableRawPointer?.self)
      bucket.next = overflow
      return Bucket(overflow: overflow)
    } catch {
      outOfMemory(error)
    }
  }

  @usableFromInline @inline(never)
  func outOfMemory(_ error: MemoryError) -> Never { fatalError("Belay: a map cannot grow: \(error)") }
}
