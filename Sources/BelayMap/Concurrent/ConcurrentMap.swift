import BelayMemory
import CBucketRow
import Locks

/// A map that any number of threads use at the same time. Look-ups take no lock, write nothing that another thread reads or writes, and never wait.
///
/// ## What can be relied on
/// - Every operation on one key is atomic: all of them, on whatever threads, take effect one after the other, each at some time between its
///   call and its return (they are linearizable). What a thread did before it stored a value has happened for whoever loads it.
/// - A look-up never waits for a writer. Writers of different keys mostly do not meet; those that do wait for each other, not longer than
///   the function of a `compute` runs.
/// - `count`, `isEmpty` and `snapshot` see each entry as it is at some time during the call; they are exact while nobody writes. `removeAll` takes effect
///   at one time for all entries.
/// - `range` and `forEach` visit each entry that is there from the start to the end exactly once, and each key at most once; what is stored or removed
///   meanwhile may or may not be seen. They hold no lock while the function runs, so that it may use the map.
/// - Functions that `compute` and `loadOrStore` run do so at most once, under the lock of the key: they must be short and must not use the map, which
///   stops the process where it is noticed.
/// - No operation is held up by growth: it moves nothing. The slowest insertion stays in microseconds. A map that stays below an eighth of its load gives half of its buckets back, by steps
///   that go with writes.
/// - A value that has been replaced or removed ends when no look-up can be reading it any more: some writes later, on one of the writing threads, outside any lock. `reclaim`
///   brings that forward.
///
/// ## How it works
/// All entries are links of one list, in the order of their hashes. A table of buckets points into the list; it doubles by the addition of buckets
/// between those that are there, and shrinks by taking them out again, see `ConcurrentTable`. Writers hold one of `stripeCount` locks, each for a part of the list, and publish what they change by
/// one store. Readers walk the list under a pin of an `EpochDomain`: whatever they stand on stays. Values of up to eight trivial bytes are stored in place.
public final class ConcurrentMap<Key: Hashable & Sendable, Value: Sendable>: @unchecked Sendable {
  // Sendable holds because the list is written under the lock of a stripe, by publishing stores, and read under a pin.
  @usableFromInline typealias Node = ConcurrentNode<Key, Value>
  @usableFromInline typealias Link = UnsafeMutableRawPointer

  /// The words of the table, then how often the map was cleared, then whether it is shrinking. On a line of its own.
  @usableFromInline let root: UnsafeMutableRawPointer
  @usableFromInline let stripes: UnsafeMutableRawPointer
  @usableFromInline let firstLevel: Int
  @usableFromInline let seed: UInt64
  @usableFromInline let hasher: (any MapHasher<Key>)?
  @usableFromInline let epochs: EpochDomain
  @usableFromInline let allocator: any BucketAllocator
  let growth: Mutex
  /// Held while the map shrinks by a step or is cleared; before the locks of stripes and of growth.
  let shrinkLock = Mutex()
  /// What the map is giving up, under that lock.
  @exclusivity(unchecked) var shrinking: Shrinking?

  /// Makes an empty map.
  ///
  /// - Parameters:
  ///   - stripeCount: How many writers may work at once, at best; raised to a power of two.
  ///   - hasher: How keys are hashed; nil for the built-in way.
  ///   - allocator: Where its buckets come from.
  public init(
    stripeCount: Int = 32, hasher: (any MapHasher<Key>)? = nil, allocator: any BucketAllocator = SystemAllocator.shared
  ) {
    precondition(
      stripeCount > 0 && stripeCount <= 65_536, "Belay: a ConcurrentMap has 1 to 65536 stripes, not \(stripeCount)")
    var firstLevel = 0
    while 1 << firstLevel < stripeCount { firstLevel += 1 }
    var hasher = hasher
    if hasher == nil, Key.self == String.self, !StringHash.layoutIsKnown {
      hasher = PortableStringHasher() as? any MapHasher<Key>
    }
    self.hasher = hasher
    self.firstLevel = firstLevel
    self.allocator = allocator
    seed = MapSeed.next()
    epochs = EpochDomain(name: "ConcurrentMap", endsPerRetire: 0)
    growth = Mutex()
    stripes = ConcurrentStripe.make(1 << firstLevel)
    root = UnsafeMutableRawPointer.allocate(byteCount: 128, alignment: 128)
    belay_word_store(root + 8, 0)
    belay_word_store(root + 16, 0)
    belay_word_release(root, UInt64(UInt(bitPattern: ConcurrentTable(firstLevel: firstLevel).words)))
  }

  deinit {
    let table = table
    Self.destroyEntries(of: table)
    table.destroy(allocator: allocator)
    if let shrinking { allocator.deallocate(shrinking.segment) }
    for index in 0..<1 << firstLevel {
      // Nobody refers to the map: nothing is pinned.
      for link in ConcurrentStripe(index, of: stripes).close(epochs) ?? [] { Node.destroy(link) }
    }
    ConcurrentStripe.destroy(stripes, count: 1 << firstLevel)
    root.deallocate()
  }

  private static func destroyEntries(of table: ConcurrentTable) {
    var link = table.head(0, level: table.level)
    while Node.order(link) != .max {
      let next = Node.next(link)
      if Node.isEntry(link) { Node.destroy(link) }
      link = next
    }
  }

  @inlinable @inline(__always)
  var table: ConcurrentTable {
    ConcurrentTable(
      words: UnsafeMutableRawPointer(bitPattern: UInt(truncatingIfNeeded: belay_word_acquire(root))).unsafelyUnwrapped,
      firstLevel: firstLevel)
  }

  @inlinable @inline(__always)
  func order(of key: Key) -> UInt64 {
    if let hasher { return Node.order(ofHash: hasher.hash(key, seed: seed)) }
    return Node.order(ofHash: KeyHash.hash(key, seed: seed))
  }

  // MARK: Reading

  /// The entry of a key; the caller holds a pin or the lock of the key.
  @inlinable @inline(__always)
  func find(_ key: Key) -> Link? {
    let order = order(of: key)
    var link = Node.next(table.start(order))
    while true {
      let other = Node.order(link)
      if other >= order {
        if other > order { return nil }
        if KeyHash.equal(Node.key(link), key) { return link }
      }
      link = Node.next(link)
    }
  }

  /// The value of a key, or nil.
  ///
  /// - Complexity: O(1) on average. No lock.
  @inlinable
  public func load(_ key: Key) -> Value? {
    epochs.withPin {
      guard let link = find(key) else { return nil }
      return Node.value(link)
    }
  }

  /// Whether a key has a value.
  ///
  /// - Complexity: As `load`.
  @inlinable
  public func contains(_ key: Key) -> Bool { epochs.withPin { find(key) != nil } }

  /// Lends the value of a key to a function, without a copy; the value stays meanwhile, also when another thread removes it.
  ///
  /// - Returns: What the function returns; nil if the key has no value.
  /// - Complexity: As `load`. Keep the function short: what is removed from the map meanwhile waits for it.
  @inlinable
  public func withValue<Result: ~Copyable, Failure: Error>(
    forKey key: Key, _ body: (borrowing Value) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    try epochs.withPin { () throws(Failure) -> Result? in
      guard let link = find(key) else { return nil }
      if Node.isWord { return try body(Node.value(link)) }
      return try body((link + Node.valueOffset).assumingMemoryBound(to: Value.self).pointee)
    }
  }

  // MARK: The whole map

  /// The number of entries; exact while nobody writes.
  ///
  /// - Complexity: Linear in the number of stripes.
  public var count: Int {
    // A removal that another thread has made may be seen before the insertion on a third.
    max(0, (0..<1 << firstLevel).reduce(0) { $0 + ConcurrentStripe($1, of: stripes).count })
  }

  /// Whether there are no entries; exact while nobody writes.
  ///
  /// - Complexity: As `count`.
  public var isEmpty: Bool { count == 0 }

  /// Removes all entries, at one time.
  ///
  /// - Complexity: Linear in the number of stripes and of entries. Writers wait for the former only.
  public func removeAll() {
    shrinkLock.locked {
      let segment = shrinking?.segment
      shrinking = nil
      belay_word_release(root + 16, 0)
      clear(givingUp: segment)
    }
    epochs.reclaim()
  }

  private func clear(givingUp segment: MemoryBlock?) {
    let new = ConcurrentTable(firstLevel: firstLevel)
    for index in 0..<1 << firstLevel { ConcurrentStripe(index, of: stripes).lock() }
    let old = growth.locked {
      let old = table
      belay_word_release(root + 8, belay_word_relaxed(root + 8) + 1)
      belay_word_release(root, UInt64(UInt(bitPattern: new.words)))
      return old
    }
    for index in 0..<1 << firstLevel {
      let stripe = ConcurrentStripe(index, of: stripes)
      stripe.count = 0
      stripe.unlock()
    }
    let retired = RetiredTable(table: old)
    let allocator = allocator
    epochs.retire(byteCount: old.byteCount) {
      Self.destroyEntries(of: retired.table)
      retired.table.destroy(allocator: allocator)
      if let segment { allocator.deallocate(segment) }
    }
  }

  /// A table that only its end reaches.
  private struct RetiredTable: @unchecked Sendable {
    let table: ConcurrentTable
  }

  /// Ends the values that have been replaced or removed and that no look-up can be reading any more.
  ///
  /// - Returns: How many entries that were.
  /// - Complexity: Linear in the number of stripes and of entries that end, and a barrier for each stripe with such.
  @discardableResult
  public func reclaim() -> Int {
    var count = 0
    for index in 0..<1 << firstLevel {
      let stripe = ConcurrentStripe(index, of: stripes)
      stripe.lock()
      let garbage = stripe.close(epochs)
      stripe.unlock()
      guard let garbage else { continue }
      for link in garbage { Node.destroy(link) }
      count += garbage.count
    }
    epochs.reclaim()
    return count
  }

  /// Entries that have been replaced or removed and have not ended yet.
  ///
  /// - Complexity: Linear in the number of stripes.
  public var retiredCount: Int {
    (0..<1 << firstLevel).reduce(0) { sum, index in
      let stripe = ConcurrentStripe(index, of: stripes)
      stripe.lock()
      defer { stripe.unlock() }
      return sum + stripe.retiredCount
    }
  }
}
