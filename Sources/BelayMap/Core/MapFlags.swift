/// The states of a map that take a look-up or a write off its short path: that path is open while all are clear.
@usableFromInline
enum MapFlags {
  /// A write is under way.
  @inlinable @inline(__always) static var writing: UInt8 { 1 }
  /// Entries are moving from the old buckets to the new.
  @inlinable @inline(__always) static var growing: UInt8 { 2 }
  /// Keys are hashed by a `MapHasher` that the map was made with.
  @inlinable @inline(__always) static var chosenHasher: UInt8 { 4 }
  /// Writers are refused.
  @inlinable @inline(__always) static var exclusive: UInt8 { 8 }
  /// Another thread has found the write that is under way, and waits to hear whose it is.
  @inlinable @inline(__always) static var conflict: UInt8 { 16 }
  /// The arena that the buckets lay in has been freed.
  @inlinable @inline(__always) static var freed: UInt8 { 32 }
  /// What one write adds to the state.
  @inlinable @inline(__always) static var write: UInt64 { 256 }
  /// Whether a write says that it is under way. A build with BELAY_UNCHECKED, which is there to measure what that costs, does not.
  @inlinable @inline(__always) static var marksWrites: Bool {
    #if BELAY_UNCHECKED
      false
    #else
      true
    #endif
  }
  /// What stops a writer.
  @inlinable @inline(__always) static var refusesWrites: UInt8 { writing | exclusive | freed }
  /// What stops a reader.
  @inlinable @inline(__always) static var refusesReads: UInt8 { writing | freed }
}

/// What else is known about a map.
@usableFromInline
enum MapTraits {
  /// The growth under way makes as many buckets as there were.
  @inlinable @inline(__always) static var sameSize: UInt8 { 1 }
  /// The growth under way makes half as many buckets as there were.
  @inlinable @inline(__always) static var shrinking: UInt8 { 4 }
  /// The map does not shrink on its own.
  @inlinable @inline(__always) static var keepsCapacity: UInt8 { 8 }
  /// The seed stays what it is, for tests that repeat a sequence.
  @inlinable @inline(__always) static var fixedSeed: UInt8 { 16 }
  /// The growth under way moves the buckets in their order, see `MapMove`.
  @inlinable @inline(__always) static var inOrder: UInt8 { 32 }
  /// All growths move the buckets in their order, for tests with maps of any size.
  @inlinable @inline(__always) static var alwaysInOrder: UInt8 { 64 }
  /// What is said about the growth under way.
  @inlinable @inline(__always) static var ofGrowth: UInt8 { sameSize | shrinking | inOrder }
  /// The map holds keys that are not equal to themselves.
  @inlinable @inline(__always) static var unequalKeys: UInt8 { 2 }
}
