/// A map that may be nil: what `Optional` needs to know of it.
public protocol NillableMap<Key, Value> {
  /// The keys of the map.
  associatedtype Key: Hashable
  /// The values of the map.
  associatedtype Value

  /// The map itself.
  var bucketMap: BucketMap<Key, Value> { get }
}

extension BucketMap: NillableMap where Value: Copyable {
  /// The map itself.
  @inlinable public var bucketMap: BucketMap<Key, Value> { self }
}

/// A nil map reads as an empty one: it counts nothing, finds nothing, and removing from it and iterating over it do nothing. A write to it is a fault that names it.
extension Optional where Wrapped: NillableMap {
  /// The number of entries; 0 for a nil map.
  public var count: Int { self?.bucketMap.count ?? 0 }

  /// Whether there are no entries; true for a nil map.
  public var isEmpty: Bool { self?.bucketMap.isEmpty ?? true }

  /// The value of a key, nil for a nil map. Assigning to a nil map is a misuse (`MapMisuse.Kind.nilMapWrite`), removing by assigning
  /// nil is not.
  public subscript(key: Wrapped.Key) -> Wrapped.Value? {
    get { self?.bucketMap[key] }
    nonmutating set {
      if let map = self?.bucketMap {
        map[key] = newValue
      } else if newValue != nil {
        MisusePolicy.report(
          MapMisuse(
            kind: .nilMapWrite, map: "BucketMap<\(Wrapped.Key.self), \(Wrapped.Value.self)>?",
            thread: ThreadName.current,
            otherThread: nil))
      }
    }
  }

  /// Removes the entry of a key; does nothing for a nil map.
  @discardableResult
  public func removeValue(forKey key: Wrapped.Key) -> Wrapped.Value? { self?.bucketMap.removeValue(forKey: key) }

  /// Removes all entries; does nothing for a nil map.
  public func removeAll(keepingCapacity: Bool = false) { self?.bucketMap.removeAll(keepingCapacity: keepingCapacity) }

  /// The entries, none for a nil map; a live iteration as that of the map.
  public var entries: AnySequence<(key: Wrapped.Key, value: Wrapped.Value)> {
    if let map = self?.bucketMap { AnySequence(map) } else { AnySequence([]) }
  }
}
