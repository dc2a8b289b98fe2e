/// The values of a map, live: what is written to the map shows here.
public struct MapValues<Key: Hashable, Value>: Sequence {
  @usableFromInline let map: BucketMap<Key, Value>

  @inlinable
  init(_ map: BucketMap<Key, Value>) { self.map = map }

  /// The number of values.
  @inlinable public var count: Int { map.count }
  /// Whether there are no values.
  @inlinable public var isEmpty: Bool { map.isEmpty }
  /// The number of values.
  @inlinable public var underestimatedCount: Int { map.count }

  /// The iteration of the map, reduced to values.
  public struct Iterator: IteratorProtocol {
    @usableFromInline var entries: BucketMap<Key, Value>.Iterator

    @inlinable
    init(_ entries: BucketMap<Key, Value>.Iterator) { self.entries = entries }

    /// The next value.
    @inlinable
    public mutating func next() -> Value? { entries.next()?.value }
  }

  /// Begins an iteration, which may be interleaved with writes like that of the map.
  @inlinable
  public func makeIterator() -> Iterator { Iterator(map.makeIterator()) }
}
