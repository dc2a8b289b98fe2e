import CBucketRow

/// The raw buckets of a map, for tools; valid within the call that lends them only.
@unsafe
public struct UnsafeBuckets<Key: Hashable, Value> {
  let array: BucketArray

  /// The number of buckets, overflow buckets apart.
  public var bucketCount: Int { array.count }

  /// The address of a bucket's row: fifteen bytes for the slots, one for the overflow filter.
  public func row(_ index: Int) -> UnsafeRawPointer {
    precondition((0..<bucketCount).contains(index), "Belay: there is no bucket \(index)")
    return UnsafeRawPointer(array.row(index))
  }

  /// The entries of a bucket, its overflow buckets included, by address.
  public func entries(ofBucket index: Int) -> [(key: UnsafePointer<Key>, value: UnsafePointer<Value>)] {
    precondition((0..<bucketCount).contains(index), "Belay: there is no bucket \(index)")
    var entries: [(key: UnsafePointer<Key>, value: UnsafePointer<Value>)] = []
    _ = BucketMap<Key, Value>.forEachSlot(ofChain: Bucket(index, of: array)) { slot in
      entries.append((UnsafePointer(BucketMap<Key, Value>.key(slot)), UnsafePointer(BucketMap<Key, Value>.value(slot))))
      return true
    }
    return entries
  }
}

/// Why raw buckets were not lent, or what was seen in them must not be trusted.
public enum UnsafeBucketsError: Error, Equatable {
  /// The map is moving to other buckets; `settle()` ends that.
  case growing
  /// A write is under way.
  case writing
  /// The map changed while its buckets were lent.
  case changed
}

extension BucketMap where Value: Copyable {
  /// Lends the raw buckets to a function.
  ///
  /// - Throws: `UnsafeBucketsError.growing` or `.writing`, and the function does not run; `.changed` when the map was written meanwhile; what the function throws.
  /// - Complexity: O(1) beside the function.
  @unsafe
  public func withUnsafeBuckets<Result>(_ body: (UnsafeBuckets<Key, Value>) throws -> Result) throws -> Result {
    if header.flags & MapFlags.writing != 0 { throw UnsafeBucketsError.writing }
    if header.flags & MapFlags.growing != 0 { throw UnsafeBucketsError.growing }
    let state = header.state
    let result = try unsafe body(UnsafeBuckets(array: header.pointee.buckets))
    if header.state != state { throw UnsafeBucketsError.changed }
    return result
  }
}

extension BucketMap where Value: ~Copyable {
  /// Ends a growth that is under way, in one go.
  ///
  /// - Complexity: Linear in the number of buckets that are left.
  public func settle() {
    guard header.flags & MapFlags.growing != 0, beginWrite() else { return }
    finishGrowth()
    endWrite()
  }
}
