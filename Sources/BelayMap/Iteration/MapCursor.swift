import CBucketRow

/// The walk of one iteration through a map that may be written meanwhile.
///
/// The walk is over residues: residue r at level L stands for all entries whose bucket number ends in the L bits of r. It begins with the
/// level that the map has at the start, at a random residue, and visits each residue once. Wherever entries move to in growths and
/// shrinkings, those of a residue stay together in a few chains that can be told from its number; a residue that the map has split is
/// visited as two residues of the next level. An entry belongs to one residue as long as it lives, so it is visited once.
///
/// Within a chain the cursor walks the slots as they lie. When the chain that it stands in moves, the map tells it before, and it
/// copies what it has not visited yet; each of these it looks up again before it hands it out, so that what has been removed is not
/// visited, and what has changed is seen.
@usableFromInline
final class MapCursor<Key: Hashable, Value>: CursorState {
  @usableFromInline let map: BucketMap<Key, Value>
  /// The residues of the first level: how many bits, the first one, how many have been entered.
  @usableFromInline let level: Int
  @usableFromInline let start: Int
  @usableFromInline @exclusivity(unchecked) var entered = 0
  /// Residues of deeper levels that are still to be visited.
  @usableFromInline @exclusivity(unchecked) var pending: [(residue: Int, level: Int)] = []
  /// The first row of the chain in which the cursor stands, and the bucket of the chain; nil between chains.
  @usableFromInline @exclusivity(unchecked) var chainRow: UnsafeMutableRawPointer?
  @usableFromInline @exclusivity(unchecked) var bucket: Bucket<Key, Value>?
  /// How many chains side by side the cursor stands in: one, or a group of four none of which had an overflow bucket.
  @usableFromInline @exclusivity(unchecked) var chains = 1
  /// Entries to be looked up before they are handed out. The lane tells those of the bucket in which the cursor stood.
  @usableFromInline @exclusivity(unchecked) var copies: [(lane: Int, key: Key, value: Value)] = []
  @usableFromInline @exclusivity(unchecked) var nextCopy = 0
  /// The slot of `hold`.
  @usableFromInline @exclusivity(unchecked) var held: UnsafeMutableRawPointer?
  /// Whether the chain has moved away since the iterator looked last.
  @usableFromInline @exclusivity(unchecked) var isDisplaced = false
  @usableFromInline @exclusivity(unchecked) var isFinished = false
  /// Whether the cursor stands in the only chain of a residue of the first level, with nothing put off.
  @usableFromInline @exclusivity(unchecked) var isPlain = false
  @usableFromInline @exclusivity(unchecked) var isRegistered = false

  @inlinable
  init(_ map: BucketMap<Key, Value>) {
    self.map = map
    let header = map.header.pointee
    let isGrowing = map.header.flags & MapFlags.growing != 0
    level = isGrowing ? min(header.buckets.count, header.old.count).trailingZeroBitCount : Int(header.logCount)
    // With four buckets and more the walk begins with a group of four.
    start = Int(truncatingIfNeeded: MapSeed.next()) & ((1 << level) - 1) & (level >= 2 ? ~3 : ~0)
    super.init()
    if header.count == 0 {
      isFinished = true
    } else {
      map.register(self)
      isRegistered = true
    }
  }

  @inlinable
  deinit {
    leave()
    dropHeld()
  }

  @inlinable
  func leave() {
    if isRegistered {
      isRegistered = false
      map.unregister(self)
    }
  }

  /// Ends the iteration for good.
  @inlinable
  func end() { finish() }

  @inlinable
  override func finish() {
    isFinished = true
    isPlain = false
    isDisplaced = true
    chainRow = nil
    bucket = nil
    copies = []
    nextCopy = 0
    pending = []
  }

  @inlinable
  override func chainMoves(row: UnsafeMutableRawPointer) {
    guard let chainRow, let standing = bucket, row >= chainRow,
      row < chainRow + chains &* SlotLayout<Key, Value>.rowBytes
    else { return }
    copies.removeAll(keepingCapacity: true)
    nextCopy = 0
    if chains > 1 {
      for chain in 0..<chains { copy(Bucket(chain, behind: standing), lanesFrom: chain &* 16) }
    } else {
      copy(standing, lanesFrom: 0)
      var bucket = standing
      while let next = bucket.next {
        bucket = Bucket(overflow: next)
        copy(bucket, lanesFrom: nil)
      }
    }
    self.chainRow = nil
    self.bucket = nil
    isPlain = false
    isDisplaced = true
  }

  /// Copies the entries of a bucket; their lanes count from a number, or are of no interest.
  @inlinable
  func copy(_ bucket: Bucket<Key, Value>, lanesFrom first: Int?) {
    var lanes = bucket.occupied
    while lanes != 0 {
      let lane = lanes.trailingZeroBitCount
      lanes &= lanes &- 1
      copy(bucket.slot(lane), lane: first.map { $0 &+ lane } ?? -1)
    }
  }

  @inlinable
  func copy(_ slot: UnsafeMutableRawPointer, lane: Int) {
    copies.append((lane, BucketMap<Key, Value>.key(slot).pointee, BucketMap<Key, Value>.value(slot).pointee))
  }

  /// What is left to visit of the bucket or the group in which the iterator stands, after the map has changed.
  @inlinable
  func remaining(of lanes: UInt64) -> UInt64 {
    if isDisplaced {
      isDisplaced = false
      copies.removeAll { $0.lane >= 0 && lanes & (1 << UInt64($0.lane)) == 0 }
      return 0
    }
    guard let bucket else { return 0 }
    var occupied: UInt64 = 0
    for chain in 0..<chains {
      occupied |= UInt64(Bucket<Key, Value>(chain, behind: bucket).occupied) << UInt64(chain &* 16)
    }
    return lanes & occupied
  }

  /// The next bucket with entries, or the next group of four, while the map has the buckets it had at the start and nothing has been put
  /// off; nil otherwise, and behind a bucket that has overflow buckets.
  @inlinable @inline(__always)
  func advancePlainly() -> (slots: UnsafeMutableRawPointer, lanes: UInt64)? {
    guard isPlain, let standing = bucket, chains > 1 || (standing.filter == 0 && standing.row == chainRow) else {
      return nil
    }
    let array = map.header.pointee.buckets
    let mask = (1 << level) &- 1
    guard map.header.flags & MapFlags.growing == 0, array.rowMask == mask &<< 4 else { return nil }
    while entered <= mask {
      let index = (start &+ entered) & mask
      if index & 3 == 0, mask >= 3 {
        let lanes = belay_rows_occupied(array.row(index), Tag.least)
        if lanes == 0 {
          entered &+= 4
          continue
        }
        if lanes != .max {
          entered &+= 4
          let first = Bucket<Key, Value>(index, of: array)
          // The slots of the next group, while this one is visited: the processor's own look ahead ends at the end of a page.
          var offset = 4 &* SlotLayout<Key, Value>.bucketBytes
          let end = offset &+ Swift.min(offset, 1024)
          while offset < end {
            belay_prefetch(first.slots + offset)
            offset &+= 64
          }
          chains = 4
          chainRow = first.row
          bucket = first
          return (first.slots, lanes)
        }
      }
      let next = Bucket<Key, Value>(index, of: array)
      entered &+= 1
      let lanes = next.occupied
      if lanes != 0 || next.filter != 0 {
        chains = 1
        chainRow = next.row
        bucket = next
        // With entries in overflow buckets only, the long way goes on from here.
        return lanes == 0 ? nil : (next.slots, UInt64(lanes))
      }
    }
    isFinished = true
    return nil
  }

  /// Goes on to the next bucket with entries to visit: its slots and their lanes; nil at the end.
  @inlinable
  func advance() -> (slots: UnsafeMutableRawPointer, lanes: UInt64)? {
    if chains > 1 {
      // Nothing is left of a group; what has come into overflow buckets since need not be visited.
      chains = 1
      bucket = nil
    }
    while true {
      if isFinished {
        leave()
        return nil
      }
      while nextCopy < copies.count {
        let copy = copies[nextCopy]
        nextCopy += 1
        // What equals nothing can neither be looked up nor removed.
        if copy.key != copy.key { return (hold(copy.key, copy.value), 1) }
        if let slot = map.find(copy.key) { return (slot, 1) }
      }
      if let standing = bucket, let next = standing.next {
        let overflow = Bucket<Key, Value>(overflow: next)
        bucket = overflow
        let lanes = overflow.occupied
        if lanes != 0 { return (overflow.slots, UInt64(lanes)) }
        continue
      }
      bucket = nil
      chainRow = nil
      if let (residue, level) = pending.popLast() {
        enter(residue, level: level)
      } else if entered < 1 << level {
        let residue = (start + entered) & ((1 << level) - 1)
        entered += 1
        enter(residue, level: level)
      } else {
        isFinished = true
        continue
      }
      if let bucket {
        let lanes = bucket.occupied
        if lanes != 0 { return (bucket.slots, UInt64(lanes)) }
      }
    }
  }

  /// A slot of the cursor's own for an entry that is handed out as it was.
  @inlinable
  func hold(_ key: Key, _ value: Value) -> UnsafeMutableRawPointer {
    dropHeld()
    let slot = UnsafeMutableRawPointer.allocate(
      byteCount: SlotLayout<Key, Value>.stride, alignment: SlotLayout<Key, Value>.alignment)
    BucketMap<Key, Value>.key(slot).initialize(to: key)
    BucketMap<Key, Value>.value(slot).initialize(to: value)
    held = slot
    return slot
  }

  @inlinable
  func dropHeld() {
    guard let slot = held else { return }
    held = nil
    BucketMap<Key, Value>.key(slot).deinitialize(count: 1)
    BucketMap<Key, Value>.value(slot).deinitialize(count: 1)
    slot.deallocate()
  }

  /// Begins with a residue: stands in its chain, or puts half of it off, or copies it.
  @inlinable
  func enter(_ residue: Int, level: Int) {
    var level = level
    let new = map.header.pointee.buckets
    let newLevel = new.count.trailingZeroBitCount
    if map.header.flags & MapFlags.growing != 0 {
      let old = map.header.pointee.old
      let oldLevel = old.count.trailingZeroBitCount
      if oldLevel > newLevel {
        // Two old buckets become one.
        while level < newLevel { split(residue, &level) }
        if level == oldLevel, !old.isEvacuated(residue), residue >= map.header.pointee.evacuated {
          stand(in: residue, of: old)
        } else {
          collect(residue, level: level)
        }
        return
      }
      while level < oldLevel { split(residue, &level) }
      // The old bucket holds all of a residue of its own level; of a deeper level it holds more than that.
      let index = residue & (old.count - 1)
      if index >= map.header.pointee.evacuated, !old.isEvacuated(index) {
        if level == oldLevel { stand(in: index, of: old) } else { collect(residue, level: level) }
        return
      }
    }
    while level < newLevel { split(residue, &level) }
    if level == newLevel, newLevel > 0 { stand(in: residue, of: new) } else { collect(residue, level: level) }
  }

  /// Puts the upper half of a residue off.
  @inlinable
  func split(_ residue: Int, _ level: inout Int) {
    pending.append((residue + (1 << level), level + 1))
    level += 1
  }

  @inlinable
  func stand(in index: Int, of array: BucketArray) {
    let first = Bucket<Key, Value>(index, of: array)
    chainRow = first.row
    bucket = first
    isPlain = pending.isEmpty && level == array.count.trailingZeroBitCount
  }

  /// Copies the entries of a residue out of chains that hold others too, or whose order is to be mixed.
  @inlinable
  func collect(_ residue: Int, level: Int) {
    copies.removeAll(keepingCapacity: true)
    nextCopy = 0
    let mask = (1 << level) - 1
    let take = { (slot: UnsafeMutableRawPointer) -> Bool in
      let key = BucketMap<Key, Value>.key(slot).pointee
      if level == 0 || key != key || Int(truncatingIfNeeded: self.map.hash(key) >> 4) & mask == residue {
        self.copy(slot, lane: -1)
      }
      return true
    }
    if map.header.flags & MapFlags.growing != 0 {
      let old = map.header.pointee.old
      for index in stride(from: residue & (old.count - 1), to: old.count, by: 1 << level)
      where index >= map.header.pointee.evacuated && !old.isEvacuated(index) {
        _ = BucketMap<Key, Value>.forEachSlot(ofChain: Bucket(index, of: old), take)
      }
    }
    let new = map.header.pointee.buckets
    for index in stride(from: residue & (new.count - 1), to: new.count, by: 1 << level) {
      _ = BucketMap<Key, Value>.forEachSlot(ofChain: Bucket(index, of: new), take)
    }
    if level == 0, copies.count > 1 {
      // One bucket has no random place to start at but a slot.
      let first = Int(truncatingIfNeeded: MapSeed.next() >> 1) % copies.count
      copies = Array(copies[first...] + copies[..<first])
    }
  }
}
