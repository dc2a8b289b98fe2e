/// A map that any number of threads use at the same time.
///
/// The keys are spread over shards, each a `BucketMap` under a lock that readers share: threads meet only when they write keys of one shard, or read what
/// another is writing. Every operation on one key is atomic, and takes its place in one order with all others on that key;
/// operations that see the whole map (`count`, `range`, `snapshot`) go from shard to shard and see each as it is then.
///
/// Functions that an operation is given run under the lock of a shard: they must not use the map.
public final class ConcurrentMap<Key: Hashable & Sendable, Value: Sendable>: @unchecked Sendable {
  // Sendable holds because nothing reaches a shard's map but under its lock.

  private struct Shard {
    let lock = ReadWriteLock()
    let map = BucketMap<Key, Value>()
  }

  private let shards: [Shard]
  private let seed = MapSeed.next()
  private let shift: UInt64

  /// Makes an empty map.
  ///
  /// - Parameter shardCount: How many writers may work at once, at best; raised to a power of two.
  public init(shardCount: Int = 64) {
    precondition(
      shardCount > 0 && shardCount <= 65_536, "Belay: a ConcurrentMap has 1 to 65536 shards, not \(shardCount)")
    var count = 1
    while count < shardCount { count *= 2 }
    shards = (0..<count).map { _ in Shard() }
    shift = UInt64(64 - count.trailingZeroBitCount)
  }

  private func shard(of key: Key) -> Shard {
    // The map in the shard has a seed of its own: its buckets do not depend on these bits.
    let hash = KeyHash.hash(key, seed: seed)
    return shards[shift == 64 ? 0 : Int(truncatingIfNeeded: hash >> shift)]
  }

  private func read<Result, Failure: Error>(
    _ key: Key, _ body: (BucketMap<Key, Value>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let shard = shard(of: key)
    return try shard.lock.reading { () throws(Failure) in try body(shard.map) }
  }

  private func write<Result, Failure: Error>(
    _ key: Key, _ body: (BucketMap<Key, Value>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let shard = shard(of: key)
    return try shard.lock.writing { () throws(Failure) in try body(shard.map) }
  }

  /// The value of a key, or nil.
  ///
  /// - Complexity: O(1) on average.
  public func load(_ key: Key) -> Value? { read(key) { $0[key] } }

  /// Sets the value of a key.
  ///
  /// - Complexity: O(1) on average.
  public func store(_ value: Value, forKey key: Key) { write(key) { $0[key] = value } }

  /// The value of a key. Assigning nil removes the entry. `map[key]! += 1` is a look-up and a store with others between them: use `compute`.
  public subscript(key: Key) -> Value? {
    get { load(key) }
    set { write(key) { $0[key] = newValue } }
  }

  /// The value of a key, or, if it has none, a new value, which is stored.
  ///
  /// - Returns: The value that the key has now, and whether it was there before.
  /// - Complexity: O(1) on average.
  @discardableResult
  public func loadOrStore(_ value: @autoclosure () -> Value, forKey key: Key) -> (value: Value, loaded: Bool) {
    if let present = load(key) { return (present, true) }
    return write(key) { map in
      if let present = map[key] { return (present, true) }
      let value = value()
      map[key] = value
      return (value, false)
    }
  }

  /// Stores a value and returns the one before.
  ///
  /// - Complexity: O(1) on average.
  @discardableResult
  public func swap(_ value: Value, forKey key: Key) -> Value? { write(key) { $0.updateValue(value, forKey: key) } }

  /// Removes the entry of a key, and returns its value.
  ///
  /// - Complexity: O(1) on average.
  @discardableResult
  public func removeValue(forKey key: Key) -> Value? { write(key) { $0.removeValue(forKey: key) } }

  /// Changes the value of a key by a function that runs once, with nobody else at the key. Nil is no entry, before and after.
  ///
  /// - Returns: The value of the key afterwards.
  /// - Complexity: O(1) on average beside the function.
  @discardableResult
  public func compute<Failure: Error>(
    _ key: Key, _ change: (inout Value?) throws(Failure) -> Void
  ) throws(Failure) -> Value? {
    try write(key) { (map) throws(Failure) in
      var value = map[key]
      try change(&value)
      map[key] = value
      return value
    }
  }

  /// Calls a function with each entry until it returns false. An entry that is there from the start to the end is visited exactly once;
  /// the function may use the map.
  ///
  /// - Complexity: Linear in the number of entries; a shard's entries are copied before they are visited.
  public func range<Failure: Error>(_ body: (Key, Value) throws(Failure) -> Bool) throws(Failure) {
    for shard in shards {
      for (key, value) in shard.lock.reading({ shard.map.snapshot() }) {
        guard try body(key, value) else { return }
      }
    }
  }

  /// Removes all entries, shard after shard.
  ///
  /// - Complexity: Linear in the number of shards, and of entries when they are not trivial.
  public func removeAll() {
    for shard in shards { shard.lock.writing { shard.map.removeAll() } }
  }

  /// The number of entries; exact while nobody writes.
  ///
  /// - Complexity: Linear in the number of shards.
  public var count: Int { shards.reduce(0) { sum, shard in sum + shard.lock.reading { shard.map.count } } }

  /// Whether there are no entries; exact while nobody writes.
  public var isEmpty: Bool { count == 0 }

  /// All entries, each shard as it was at one time.
  ///
  /// - Complexity: Linear in the number of entries.
  public func snapshot() -> [Key: Value] {
    var entries: [Key: Value] = [:]
    range { key, value in
      entries[key] = value
      return true
    }
    return entries
  }
}

extension ConcurrentMap where Value: Equatable {
  /// Stores a value if the key has another, given, value.
  ///
  /// - Returns: Whether it did.
  /// - Complexity: O(1) on average.
  @discardableResult
  public func compareAndSwap(_ key: Key, from old: Value, to new: Value) -> Bool {
    write(key) { map in
      guard map[key] == old else { return false }
      map[key] = new
      return true
    }
  }

  /// Removes the entry of a key if it has a value.
  ///
  /// - Returns: Whether it did.
  /// - Complexity: O(1) on average.
  @discardableResult
  public func compareAndRemove(_ key: Key, _ value: Value) -> Bool {
    write(key) { map in
      guard map[key] == value else { return false }
      map.removeValue(forKey: key)
      return true
    }
  }
}
