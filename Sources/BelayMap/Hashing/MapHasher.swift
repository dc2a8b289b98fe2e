/// A way to hash the keys of a map, in place of the built-in one.
///
/// The bucket is chosen by the low bits of the hash from bit 4 on, the byte in the bucket's row by its top byte: all bits should depend on
/// all of the key. Keys that are equal must have equal hashes under equal seeds.
public protocol MapHasher<Key>: Sendable {
  /// What is hashed.
  associatedtype Key

  /// The hash of a key.
  ///
  /// - Parameters:
  ///   - key: A key.
  ///   - seed: The seed of the map, another for each map and after each time that it was empty. A hasher that ignores it lets whoever
  ///     chooses the keys choose which of them meet.
  func hash(_ key: Key, seed: UInt64) -> UInt64
}

/// The standard library's `Hasher` (SipHash) for keys of any type, also those for which a map would take its fast hash.
public struct StandardHasher<Key: Hashable>: MapHasher {
  /// Makes the hasher; it has no state.
  public init() {}

  /// See `MapHasher`.
  @inlinable
  public func hash(_ key: Key, seed: UInt64) -> UInt64 {
    UInt64(bitPattern: Int64(key._rawHashValue(seed: Int(truncatingIfNeeded: seed))))
  }
}
