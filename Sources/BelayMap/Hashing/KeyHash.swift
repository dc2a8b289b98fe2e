import BelayMemory

/// The hash and the comparison of keys: fast ones for the types that have them, those of `Hashable` for all others.
///
/// The tests of the type are gone once the type is known: `Key.self == Int.self` folds to a constant in specialised code.
@usableFromInline
enum KeyHash {
  /// The hash of a key.
  @inlinable @inline(__always)
  static func hash<Key: Hashable>(_ key: Key, seed: UInt64) -> UInt64 {
    if Key.self == UInt64.self || Key.self == Int.self || Key.self == UInt.self || Key.self == Int64.self
      || Key.self == OpaquePointer.self || Key.self == UnsafeRawPointer.self
      || Key.self == UnsafeMutableRawPointer.self || Key.self == ObjectIdentifier.self
    {
      return FoldedHash.word(UInt64(truncatingIfNeeded: unsafeBitCast(key, to: UInt.self)), seed: seed)
    }
    if Key.self == UInt32.self || Key.self == Int32.self {
      return FoldedHash.word(UInt64(unsafeBitCast(key, to: UInt32.self)), seed: seed)
    }
    if Key.self == UInt16.self || Key.self == Int16.self {
      return FoldedHash.word(UInt64(unsafeBitCast(key, to: UInt16.self)), seed: seed)
    }
    if Key.self == UInt8.self || Key.self == Int8.self {
      return FoldedHash.word(UInt64(unsafeBitCast(key, to: UInt8.self)), seed: seed)
    }
    if Key.self == Double.self { return double(unsafeBitCast(key, to: Double.self), seed: seed) }
    if Key.self == Float.self { return double(Double(unsafeBitCast(key, to: Float.self)), seed: seed) }
    if Key.self == String.self { return StringHash.hash(unsafeBitCast(key, to: String.self), seed: seed) }
    if Key.self == [UInt8].self { return bytes(unsafeBitCast(key, to: [UInt8].self), seed: seed) }
    if Key.self == ArenaString.self {
      return unsafeBitCast(key, to: ArenaString.self).withUTF8 { bytes in
        // There is always an address: a zero follows the last byte.
        FoldedHash.bytes(bytes.baseAddress.unsafelyUnwrapped, bytes.count, seed: seed)
      }
    }
    return UInt64(bitPattern: Int64(key._rawHashValue(seed: Int(truncatingIfNeeded: seed))))
  }

  /// Whether the key of a slot is a key. The slot is read in place: no copy, and so no count of references.
  @inlinable @inline(__always)
  static func equal<Key: Hashable>(_ slot: UnsafeMutablePointer<Key>, _ key: Key) -> Bool {
    if Key.self == String.self {
      return StringHash.equal(
        UnsafeMutableRawPointer(slot).assumingMemoryBound(to: String.self), unsafeBitCast(key, to: String.self))
    }
    return slot.pointee == key
  }

  /// Whether a key is equal to itself; a NaN is not.
  @inlinable @inline(__always)
  static func equalsItself<Key: Hashable>(_ key: Key) -> Bool {
    if Key.self == String.self { return true }
    return key == key
  }

  /// Zeros of both signs are equal, and so hash alike; each NaN is drawn a hash of its own, as nobody can look it up, and many of them
  /// would crowd one bucket.
  @inlinable @inline(__always)
  static func double(_ value: Double, seed: UInt64) -> UInt64 {
    if value != value { return MapSeed.next() }
    return FoldedHash.word((value == 0 ? 0 : value).bitPattern, seed: seed)
  }

  @inlinable @inline(__always)
  static func bytes(_ value: [UInt8], seed: UInt64) -> UInt64 {
    value.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return FoldedHash.word(0, seed: seed) }
      return FoldedHash.bytes(start, bytes.count, seed: seed)
    }
  }
}
