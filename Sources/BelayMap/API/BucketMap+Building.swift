import BelayMemory

extension BucketMap {
  /// Makes a map with room for a number of entries.
  ///
  /// - Complexity: O(1): memory that nobody has touched costs nothing.
  @inlinable
  public convenience init(minimumCapacity: Int) {
    self.init()
    reserveCapacity(minimumCapacity)
  }

  /// Makes a map of the entries of a dictionary.
  ///
  /// - Complexity: Linear in the number of entries.
  @inlinable
  public convenience init(_ dictionary: [Key: Value]) {
    self.init(minimumCapacity: dictionary.count)
    for (key, value) in dictionary { self[key] = value }
  }

  /// Makes a map of pairs whose keys are all different.
  ///
  /// - Precondition: No key occurs twice.
  /// - Complexity: Linear in the number of pairs.
  @inlinable
  public convenience init(uniqueKeysWithValues pairs: some Sequence<(Key, Value)>) {
    self.init(minimumCapacity: pairs.underestimatedCount)
    for (key, value) in pairs {
      precondition(updateValue(value, forKey: key) == nil, "Belay: a key occurs twice in the pairs of a new map")
    }
  }

  /// Makes a map of pairs; a function combines the values of a key that occurs more than once.
  ///
  /// - Complexity: Linear in the number of pairs.
  @inlinable
  public convenience init<Failure: Error>(
    _ pairs: some Sequence<(Key, Value)>, uniquingKeysWith combine: (Value, Value) throws(Failure) -> Value
  ) throws(Failure) {
    self.init()
    try merge(pairs, uniquingKeysWith: combine)
  }

  /// Makes a map of the elements of a sequence, grouped by a key.
  ///
  /// - Complexity: Linear in the number of elements.
  @inlinable
  public convenience init<Elements: Sequence, Failure: Error>(
    grouping elements: Elements, by keyForElement: (Elements.Element) throws(Failure) -> Key
  ) throws(Failure) where Value == [Elements.Element] {
    self.init()
    for element in elements { self[try keyForElement(element), default: []].append(element) }
  }

  /// Enters pairs; a function combines the value that a key has with the new one.
  ///
  /// - Complexity: Linear in the number of pairs.
  @inlinable
  public func merge<Failure: Error>(
    _ pairs: some Sequence<(Key, Value)>, uniquingKeysWith combine: (Value, Value) throws(Failure) -> Value
  ) throws(Failure) {
    for (key, value) in pairs {
      if let present = self[key] { self[key] = try combine(present, value) } else { self[key] = value }
    }
  }

  /// Enters the entries of another map; a function combines the values of keys that both have.
  ///
  /// - Complexity: Linear in the number of entries of the other map.
  @inlinable
  public func merge<Failure: Error>(
    _ other: BucketMap, uniquingKeysWith combine: (Value, Value) throws(Failure) -> Value
  ) throws(Failure) {
    for (key, value) in other {
      if let present = self[key] { self[key] = try combine(present, value) } else { self[key] = value }
    }
  }

  /// A new map with the same entries.
  ///
  /// - Complexity: Linear in the number of entries.
  @inlinable
  public func copy() -> BucketMap { filter { _ in true } }

  /// A new map of the entries that a condition holds for.
  ///
  /// - Complexity: Linear in the number of entries.
  @inlinable
  public func filter<Failure: Error>(_ isIncluded: (Element) throws(Failure) -> Bool) throws(Failure) -> BucketMap {
    let result = BucketMap(allocator: allocator, hasher: hasher)
    for entry in self where try isIncluded(entry) { result[entry.key] = entry.value }
    return result
  }

  /// A new map with the same keys, and values that a function makes of the values.
  ///
  /// - Complexity: Linear in the number of entries.
  @inlinable
  public func mapValues<Other, Failure: Error>(
    _ transform: (Value) throws(Failure) -> Other
  ) throws(Failure) -> BucketMap<Key, Other> {
    let result = BucketMap<Key, Other>(allocator: allocator, hasher: hasher)
    result.reserveCapacity(count)
    for (key, value) in self { result[key] = try transform(value) }
    return result
  }

  /// A new map with those keys for whose values a function makes a value that is not nil.
  ///
  /// - Complexity: Linear in the number of entries.
  @inlinable
  public func compactMapValues<Other, Failure: Error>(
    _ transform: (Value) throws(Failure) -> Other?
  ) throws(Failure) -> BucketMap<Key, Other> {
    let result = BucketMap<Key, Other>(allocator: allocator, hasher: hasher)
    for (key, value) in self {
      if let value = try transform(value) { result[key] = value }
    }
    return result
  }

  /// The keys, live.
  @inlinable public var keys: MapKeys<Key, Value> { MapKeys(self) }

  /// The values, live.
  @inlinable public var values: MapValues<Key, Value> { MapValues(self) }

  /// A copy of all entries as they are now, in no order; writes to the map do not show in it.
  ///
  /// - Complexity: Linear in the number of buckets.
  @inlinable
  public func snapshot() -> [Element] {
    if header.flags & MapFlags.writing != 0 {
      misuse(.concurrentIterationAndWrite)
      return []
    }
    var entries: [Element] = []
    entries.reserveCapacity(count)
    forEachSlot { slot in
      entries.append((Self.key(slot).pointee, Self.value(slot).pointee))
      return true
    }
    return entries
  }

  /// Calls a function with each entry; the map may be written meanwhile, as in a `for` loop.
  ///
  /// - Complexity: Linear in the number of buckets.
  @inlinable
  public func forEach<Failure: Error>(_ body: (Element) throws(Failure) -> Void) throws(Failure) {
    for entry in self { try body(entry) }
  }
}

extension Dictionary {
  /// Makes a dictionary of the entries of a map.
  ///
  /// - Complexity: Linear in the number of entries.
  @inlinable
  public init(_ map: BucketMap<Key, Value>) {
    self.init(minimumCapacity: map.count)
    for (key, value) in map { self[key] = value }
  }
}
