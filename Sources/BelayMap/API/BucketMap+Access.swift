import BelayMemory
import CBucketRow

extension BucketMap where Value: ~Copyable {
  /// The number of entries.
  ///
  /// - Complexity: O(1).
  @inlinable public var count: Int { header.pointee.count }

  /// Whether there are no entries.
  ///
  /// - Complexity: O(1).
  @inlinable public var isEmpty: Bool { header.pointee.count == 0 }

  /// The number of entries that the map holds without growing.
  ///
  /// - Complexity: O(1).
  @inlinable public var capacity: Int {
    header.pointee.buckets.block == nil ? 0 : Self.threshold(logCount: Int(header.pointee.logCount))
  }

  /// Whether there is an entry for a key.
  ///
  /// - Complexity: O(1) on average.
  @inlinable @_effects(releasenone)
  public func contains(_ key: Key) -> Bool { find(key) != nil }

  /// Sets the value of a key.
  ///
  /// - Returns: The value that the key had, or nil.
  /// - Complexity: O(1) on average, and in the worst case the cost of moving two buckets.
  @inlinable @discardableResult
  public func updateValue(_ value: consuming Value, forKey key: Key) -> Value? {
    let place = place(key)
    guard let slot = place.slot else { return nil }
    if place.found {
      let previous = Self.value(slot).move()
      Self.value(slot).initialize(to: value)
      endWrite()
      return previous
    }
    Self.value(slot).initialize(to: value)
    endWrite()
    return nil
  }

  /// Removes the entry of a key. Other entries stay where they are.
  ///
  /// - Returns: The value that the key had, or nil.
  /// - Complexity: O(1) on average.
  @inlinable @discardableResult
  public func removeValue(forKey key: Key) -> Value? {
    guard let position = beginChange(of: key) else { return nil }
    // The key of the entry may be another instance; it ends after the write, as its end may run code that uses the map.
    let key = Self.key(position.slot).move()
    let value = Self.value(position.slot).move()
    vacate(position)
    endWrite()
    _ = consume key
    return value
  }

  /// Lends the value of a key to a function.
  ///
  /// - Returns: What the function returns; nil if there is no entry.
  /// - Complexity: O(1) on average.
  @inlinable
  public func withValue<Result: ~Copyable, Failure: Error>(
    forKey key: Key, _ body: (borrowing Value) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard let slot = find(key) else { return nil }
    return try body(Self.value(slot).pointee)
  }

  /// Lends the value of a key to a function that may change it. The map must not be used meanwhile.
  ///
  /// - Returns: What the function returns; nil if there is no entry.
  /// - Complexity: O(1) on average.
  @inlinable
  public func withMutableValue<Result: ~Copyable, Failure: Error>(
    forKey key: Key, _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard let position = beginChange(of: key) else { return nil }
    defer { endWrite() }
    return try body(&Self.value(position.slot).pointee)
  }

  /// Calls a function with every key and value. The map must not be written meanwhile; other iterations may run.
  ///
  /// - Complexity: Linear in the number of buckets.
  @inlinable
  public func forEachBorrowed<Failure: Error>(_ body: (borrowing Key, borrowing Value) throws(Failure) -> Void)
    throws(Failure)
  {
    guard beginExclusive() else { return }
    defer { endExclusive() }
    var failure: Failure?
    forEachSlot { slot in
      do throws(Failure) {
        try body(Self.key(slot).pointee, Self.value(slot).pointee)
        return true
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
  }

  /// Removes all entries.
  ///
  /// - Parameter keepingCapacity: Whether the map keeps room for as many entries as now.
  /// - Complexity: O(1) and what it costs to give the memory back; linear in the number of buckets when keys or values are not trivial.
  @inlinable
  public func removeAll(keepingCapacity: Bool = false) {
    guard beginWrite() else { return }
    let logCount = Int(header.pointee.logCount)
    let hadMemory = header.pointee.buckets.block != nil
    let detached = detach()
    if keepingCapacity, hadMemory, let array = try? makeArray(logCount: logCount) { install(array, logCount: logCount) }
    endWrite()
    destroy(detached)
  }

  /// Makes room for a number of entries, so that insertions up to it do not make the map grow.
  ///
  /// - Complexity: Linear in the number of entries when the map has to move to more buckets.
  @inlinable
  public func reserveCapacity(_ minimumCapacity: Int) {
    guard minimumCapacity > capacity else { return }
    guard beginWrite() else { return }
    do throws(MemoryError) {
      try moveAll(logCount: Self.logCount(forCapacity: minimumCapacity))
    } catch {
      outOfMemory(error)
    }
    endWrite()
  }

  /// Moves to as few buckets as the entries need, and gives the rest of the memory back.
  ///
  /// - Complexity: Linear in the number of buckets.
  @inlinable
  public func shrinkToFit() {
    if isEmpty {
      removeAll()
      return
    }
    let logCount = Self.logCount(forCapacity: count)
    guard logCount < Int(header.pointee.logCount), beginWrite() else { return }
    if header.pointee.traits & MapTraits.unequalKeys == 0 {
      // Without memory for the smaller array the map stays as it is.
      do throws(MemoryError) {
        try moveAll(logCount: logCount)
        header.pointee.shrinkings &+= 1
      } catch {}
    }
    endWrite()
  }

  /// Whether a map that stays below a quarter of its load for as many removals as it has buckets moves to half the buckets. On at first.
  @inlinable public var shrinksAutomatically: Bool {
    get { header.pointee.traits & MapTraits.keepsCapacity == 0 }
    set {
      guard beginWrite() else { return }
      if newValue {
        header.pointee.traits &= ~MapTraits.keepsCapacity
      } else {
        header.pointee.traits |= MapTraits.keepsCapacity
      }
      endWrite()
    }
  }

  /// The least number of buckets, as a logarithm, that hold a number of entries without growing.
  @inlinable
  static func logCount(forCapacity capacity: Int) -> Int {
    var logCount = 0
    while threshold(logCount: logCount) < capacity { logCount += 1 }
    return logCount
  }
}
