extension BucketMap: Sequence where Value: Copyable {
  /// Key and value of an entry.
  public typealias Element = (key: Key, value: Value)

  /// The live cursor: every entry that stays in the map from the start to the end is visited exactly once, whatever is written meanwhile.
  ///
  /// An entry removed before it is reached is not visited; one added may or may not be; a value changed before it is reached is visited as it is then. The
  /// order begins at a random place.
  public struct Iterator: IteratorProtocol {
    @usableFromInline let cursor: MapCursor<Key, Value>
    @usableFromInline let header: UnsafeMutablePointer<MapHeader>
    /// The state of the map that the iterator has taken note of.
    @usableFromInline var state: UInt64
    /// The slots to visit: those of one bucket, or of four side by side with sixteen bits for each of them.
    @usableFromInline var lanes: UInt64
    @usableFromInline var slots: UnsafeMutableRawPointer

    @inlinable
    init(_ map: BucketMap<Key, Value>) {
      cursor = MapCursor(map)
      header = map.header
      // Without the flags that refuse readers: the first step notices them.
      state = header.state & ~UInt64(MapFlags.refusesReads)
      lanes = 0
      slots = header.pointee.buckets.slots
    }

    /// The next entry.
    ///
    /// - Complexity: O(1) on average over an iteration of a map that does not shrink meanwhile.
    @inlinable @inline(__always)
    public mutating func next() -> Element? {
      if header.state != state { notice() }
      if lanes == 0, !nextBucket() { return nil }
      let lane = lanes.trailingZeroBitCount
      let slot = slots + (lane &- lane &>> 4) &* SlotLayout<Key, Value>.stride
      lanes &= lanes &- 1
      return (BucketMap.key(slot).pointee, BucketMap.value(slot).pointee)
    }

    /// The map has changed since the last entry, or is being changed.
    @inlinable @inline(never)
    mutating func notice() {
      let flags = header.flags
      if flags & MapFlags.refusesReads != 0 {
        cursor.map.misuse(flags & MapFlags.freed != 0 ? .arenaFreed : .concurrentIterationAndWrite)
        lanes = 0
        cursor.end()
        return
      }
      lanes = cursor.remaining(of: lanes)
      state = header.state
    }

    /// Goes on to the next bucket; false at the end.
    @inlinable @inline(never)
    mutating func nextBucket() -> Bool {
      guard let (slots, lanes) = cursor.advancePlainly() ?? cursor.advance() else { return false }
      self.slots = slots
      self.lanes = lanes
      return true
    }
  }

  /// Begins an iteration; see `Iterator`.
  @inlinable
  public func makeIterator() -> Iterator { Iterator(self) }

  /// The number of entries.
  @inlinable public var underestimatedCount: Int { count }
}
