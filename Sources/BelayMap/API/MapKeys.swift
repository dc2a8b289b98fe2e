/// The keys of a map, live: what is written to the map shows here.
public struct MapKeys<Key: Hashable, Value>: Sequence {
  @usableFromInline let map: BucketMap<Key, Value>

  @inlinable
  init(_ map: BucketMap<Key, Value>) { self.map = map }

  /// The number of keys.
  @inlinable public var count: Int { map.count }
  /// Whether there are no keys.
  @inlinable public var isEmpty: Bool { map.isEmpty }
  /// The number of keys.
  @inlinable public var underestimatedCount: Int { map.count }

  /// Whether the map has an entry for a key.
  ///
  /// - Complexity: O(1) on average.
  @inlinable
  public func contains(_ key: Key) -> Bool { map.contains(key) }

  /// The iteration of the map, reduced to keys.
  public struct Iterator: IteratorProtocol {
    @usableFromInline var entries: BucketMap<Key, Value>.Iterator

    @inlinable
    init(_ entries: BucketMap<Key, Value>.Iterator) { self.entries = entries }

    /// The next key.
    @inlinable
    public mutating func next() -> Key? { entries.next()?.key }
  }

  /// Begins an iteration, which may be interleaved with writes like that of the map.
  @inlinable
  public func makeIterator() -> Iterator { Iterator(map.makeIterator()) }
}
