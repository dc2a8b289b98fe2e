import CBucketRow

extension BucketMap where Value: ~Copyable {
  /// The value of a slot.
  @inlinable @inline(__always)
  static func value(_ slot: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Value> {
    (slot + Layout.valueOffset).assumingMemoryBound(to: Value.self)
  }

  /// The key of a slot.
  @inlinable @inline(__always)
  static func key(_ slot: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Key> {
    slot.assumingMemoryBound(to: Key.self)
  }

  /// The hash of a key in a map whose flags are clear.
  @inlinable @inline(__always)
  func plainHash(_ key: Key) -> UInt64 { KeyHash.hash(key, seed: header.pointee.seed) }

  /// The hash of a key, by the hasher that was chosen if there is one.
  @inlinable @inline(__always)
  func hash(_ key: Key) -> UInt64 {
    if header.flags & MapFlags.chosenHasher != 0 { return chosenHash(key) }
    return plainHash(key)
  }

  @inlinable @inline(never)
  func chosenHash(_ key: Key) -> UInt64 {
    guard let hasher else { return plainHash(key) }
    return hasher.hash(key, seed: header.pointee.seed)
  }

  /// The slot of a key, or nil.
  ///
  /// The short path is open while no flag is set: nobody writes, the map is not growing, and the hash is the fast one.
  @inlinable @inline(__always)
  func find(_ key: Key) -> UnsafeMutableRawPointer? {
    if _slowPath(header.flags != 0) { return findSlow(key) }
    let hash = plainHash(key)
    let bucket = Bucket<Key, Value>(of: hash, in: header.pointee.buckets)
    let matches = bucket.matches(hash)
    if matches != 0 {
      // No loop here: another slot with the same byte is rare, and without one the code of a hit is straight.
      let slot = bucket.slot(matches.trailingZeroBitCount)
      if _fastPath(KeyHash.equal(Self.key(slot), key)) { return slot }
      return findBeyond(key, hash: hash)
    }
    if _fastPath(!bucket.mayOverflow(hash)) { return nil }
    return findBeyond(key, hash: hash)
  }

  /// The slot of a key that is not the first with its byte, or lies in an overflow bucket, or nowhere.
  @inlinable @inline(never) @_effects(releasenone)
  func findBeyond(_ key: Key, hash: UInt64) -> UnsafeMutableRawPointer? {
    search(key, hash: hash, in: header.pointee.buckets)
  }

  /// `releasenone`: it ends no object that its caller can see, so that the caller need not hold the key by a count of its own.
  @inlinable @inline(never) @_effects(releasenone)
  func findSlow(_ key: Key) -> UnsafeMutableRawPointer? {
    let flags = header.flags
    if flags & MapFlags.refusesReads != 0 {
      misuse(flags & MapFlags.freed != 0 ? .arenaFreed : .concurrentReadAndWrite)
      return nil
    }
    let hash = hash(key)
    if flags & MapFlags.growing != 0 {
      let index = header.pointee.old.index(of: hash)
      // What lies below the mark may have gone back to the system; it must not even be looked at.
      if index >= header.pointee.evacuated, !header.pointee.old.isEvacuated(index) {
        return search(key, hash: hash, in: header.pointee.old)
      }
    }
    return search(key, hash: hash, in: header.pointee.buckets)
  }

  /// Looks for a key in the chain of one array.
  @inlinable @inline(__always)
  func search(_ key: Key, hash: UInt64, in array: BucketArray) -> UnsafeMutableRawPointer? {
    let bucket = Bucket<Key, Value>(of: hash, in: array)
    var matches = bucket.matches(hash)
    while matches != 0 {
      let slot = bucket.slot(matches.trailingZeroBitCount)
      if KeyHash.equal(Self.key(slot), key) { return slot }
      matches &= matches &- 1
    }
    if !bucket.mayOverflow(hash) { return nil }
    return searchChain(key, hash: hash, from: bucket.next)
  }

  /// Looks for a key in overflow buckets.
  @inlinable @inline(never) @_effects(releasenone)
  func searchChain(_ key: Key, hash: UInt64, from link: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    var next = link
    while let overflow = next {
      let bucket = Bucket<Key, Value>(overflow: overflow)
      var matches = bucket.matches(hash)
      while matches != 0 {
        let slot = bucket.slot(matches.trailingZeroBitCount)
        if KeyHash.equal(Self.key(slot), key) { return slot }
        matches &= matches &- 1
      }
      next = bucket.next
    }
    return nil
  }
}
