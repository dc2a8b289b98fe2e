import BelayMemory
import CBucketRow

extension ConcurrentMap {
  /// The place of a key in the list, while its writer holds the lock.
  @usableFromInline
  struct Site {
    /// The last link before the entry, or before where it would be.
    @usableFromInline var before: UnsafeMutableRawPointer
    /// The entry.
    @usableFromInline var entry: UnsafeMutableRawPointer?
    @usableFromInline let order: UInt64
    @usableFromInline let stripe: ConcurrentStripe
    /// What nobody can see any more; it ends when the lock is free.
    @usableFromInline var garbage: [UnsafeMutableRawPointer]?
    /// Whether the map has more buckets than it needs.
    @usableFromInline var isSparse = false

    @inlinable @inline(__always)
    init(before: UnsafeMutableRawPointer, entry: UnsafeMutableRawPointer?, order: UInt64, stripe: ConcurrentStripe) {
      self.before = before
      self.entry = entry
      self.order = order
      self.stripe = stripe
      garbage = nil
    }

    /// The value.
    @inlinable @inline(__always)
    var value: Value? {
      guard let entry else { return nil }
      return Node.value(entry)
    }
  }

  /// Runs a function with the place of a key, under the lock of the key.
  @inlinable @inline(__always)
  func withSite<Result, Failure: Error>(
    _ key: Key, _ body: (inout Site) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let order = order(of: key)
    let stripe = ConcurrentStripe(ConcurrentTable.bucket(of: order, level: firstLevel), of: stripes)
    stripe.lock()
    var site = locate(key, order: order, stripe: stripe)
    defer {
      stripe.unlock()
      if let garbage = site.garbage { Self.end(garbage) }
      if site.isSparse || belay_word_relaxed(root + 16) != 0 { shrink(begins: site.isSparse) }
    }
    return try body(&site)
  }

  /// Looks for a key under its lock; links the head of its bucket in.
  @inlinable @inline(__always)
  func locate(_ key: Key, order: UInt64, stripe: ConcurrentStripe) -> Site {
    let table = table
    let level = table.level
    let index = ConcurrentTable.bucket(of: order, level: level)
    var before = table.head(index, level: level)
    if !ConcurrentTable.isLinked(before) { table.link(index, level: level) }
    while true {
      let link = Node.next(before)
      let other = Node.order(link)
      if other >= order {
        if other > order { return Site(before: before, entry: nil, order: order, stripe: stripe) }
        if KeyHash.equal(Node.key(link), key) {
          return Site(before: before, entry: link, order: order, stripe: stripe)
        }
      }
      before = link
    }
  }

  @usableFromInline @inline(never)
  static func end(_ garbage: [UnsafeMutableRawPointer]) {
    for link in garbage { Node.destroy(link) }
  }

  /// How many entries are retired before somebody asks whether they can end: few when values may hold on to much.
  @inlinable static var retiredLimit: Int { Node.isTrivial ? 256 : 32 }

  /// Gives a key a value.
  @inlinable @inline(__always)
  func put(_ value: Value, forKey key: Key, at site: inout Site) {
    if let entry = site.entry {
      if Node.isWord { return Node.setWord(entry, value) }
      let new = Node.make(order: site.order, key: key, value: value)
      Node.setNext(new, Node.next(entry))
      Node.setNext(site.before, new)
      site.garbage = site.stripe.retire(entry, limit: Self.retiredLimit, epochs: epochs)
      return
    }
    let new = Node.make(order: site.order, key: key, value: value)
    Node.setNext(new, Node.next(site.before))
    Node.setNext(site.before, new)
    let count = site.stripe.count &+ 1
    site.stripe.count = count
    grow(site.order, stripe: site.stripe, count: count)
  }

  /// Removes the entry, if there is one.
  @inlinable @inline(__always)
  func take(at site: inout Site) {
    guard let entry = site.entry else { return }
    Node.setNext(site.before, Node.next(entry))
    let count = site.stripe.count &- 1
    site.stripe.count = count
    let level = table.level
    if count &<< (firstLevel &+ 3) < 1 &<< level, level > firstLevel {
      site.isSparse = site.stripe.staysSparse(buckets: 1 &<< (level &- firstLevel))
    }
    site.garbage = site.stripe.retire(entry, limit: Self.retiredLimit, epochs: epochs)
  }

  /// The share of an insertion in growth: it asks for more buckets when its part of the list is full, and links one more head in.
  @usableFromInline @inline(never)
  func grow(_ order: UInt64, stripe: ConcurrentStripe, count: Int) {
    let table = table
    let level = table.level
    let buckets = 1 << (level - firstLevel)
    if count > buckets { growth.locked { table.grow(from: level, allocator: allocator) } }
    guard let odd = stripe.nextBucket(level: level, of: buckets / 2) else { return }
    table.link(
      ConcurrentTable.bucket(of: order, level: firstLevel) << (level - firstLevel) + 2 * odd + 1, level: level)
  }

  // MARK: Operations

  /// Sets the value of a key.
  ///
  /// - Complexity: O(1) on average.
  @inlinable
  public func store(_ value: Value, forKey key: Key) {
    withSite(key) { site in put(value, forKey: key, at: &site) }
  }

  /// The value of a key. Assigning nil removes the entry. `map[key]! += 1` is a look-up and a store with others between them: use `compute`.
  @inlinable
  public subscript(key: Key) -> Value? {
    get { load(key) }
    set {
      if let newValue { store(newValue, forKey: key) } else { removeValue(forKey: key) }
    }
  }

  /// The value of a key, or, if it has none, a new value, which is stored.
  ///
  /// - Parameters:
  ///   - value: Evaluated at most once, under the lock of the key, and only when the key has no value; it must not use the map.
  ///   - key: The key.
  /// - Returns: The value that the key has now, and whether it was there before.
  /// - Complexity: O(1) on average; no lock when the key has a value.
  @inlinable @discardableResult
  public func loadOrStore(_ value: @autoclosure () -> Value, forKey key: Key) -> (value: Value, loaded: Bool) {
    if let present = load(key) { return (present, true) }
    return withSite(key) { site in
      if let present = site.value { return (present, true) }
      let value = value()
      put(value, forKey: key, at: &site)
      return (value, false)
    }
  }

  /// Stores a value and returns the one before.
  ///
  /// - Complexity: O(1) on average.
  @inlinable @discardableResult
  public func swap(_ value: Value, forKey key: Key) -> Value? {
    withSite(key) { site in
      let before = site.value
      put(value, forKey: key, at: &site)
      return before
    }
  }

  /// Removes the entry of a key, and returns its value.
  ///
  /// - Complexity: O(1) on average.
  @inlinable @discardableResult
  public func removeValue(forKey key: Key) -> Value? {
    withSite(key) { site in
      let before = site.value
      take(at: &site)
      return before
    }
  }

  /// Changes the value of a key by a function that runs once, with nobody else at the key. Nil is no entry, before and after.
  ///
  /// - Parameters:
  ///   - key: The key.
  ///   - change: Runs under the lock of the key; it must not use the map. When it throws, nothing changes.
  /// - Returns: The value of the key afterwards.
  /// - Complexity: O(1) on average beside the function.
  @inlinable @discardableResult
  public func compute<Failure: Error>(
    _ key: Key, _ change: (inout Value?) throws(Failure) -> Void
  ) throws(Failure) -> Value? {
    try withSite(key) { (site) throws(Failure) in
      var value = site.value
      try change(&value)
      if let value { put(value, forKey: key, at: &site) } else { take(at: &site) }
      return value
    }
  }
}

extension ConcurrentMap where Value: Equatable {
  /// Stores a value if the key has another, given, value.
  ///
  /// - Returns: Whether it did.
  /// - Complexity: O(1) on average.
  @inlinable @discardableResult
  public func compareAndSwap(_ key: Key, from old: Value, to new: Value) -> Bool {
    withSite(key) { site in
      guard let value = site.value, value == old else { return false }
      put(new, forKey: key, at: &site)
      return true
    }
  }

  /// Removes the entry of a key if it has a given value.
  ///
  /// - Returns: Whether it did.
  /// - Complexity: O(1) on average.
  @inlinable @discardableResult
  public func compareAndRemove(_ key: Key, _ value: Value) -> Bool {
    withSite(key) { site in
      guard let present = site.value, present == value else { return false }
      take(at: &site)
      return true
    }
  }
}
