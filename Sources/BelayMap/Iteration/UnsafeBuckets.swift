import CBucketRow

/// The raw buckets of a map, for tools; valid within the call that lends them only.
@unsafe
public struct UnsafeBuckets<Key: Hashable, Value> {
  @usableFromInline let array: BucketArray

  init(array: BucketArray) { self.array = array }

  /// The number of buckets, overflow buckets apart.
  @inlinable public var bucketCount: Int { array.count }

  /// The address of a bucket's row: fifteen bytes for the slots, one for the overflow filter.
  @inlinable
  public func row(_ index: Int) -> UnsafeRawPointer {
    precondition((0..<bucketCount).contains(index), "Belay: there is no bucket \(index)")
    return UnsafeRawPointer(array.row(index))
  }

  /// Calls a function with the addresses of the key and the value of each entry of a bucket, its overflow buckets included, until it returns false.
  @inlinable @inline(__always)
  public func forEachEntry(ofBucket index: Int, _ body: (UnsafePointer<Key>, UnsafePointer<Value>) -> Bool) {
    precondition(index >= 0 && index < bucketCount, "Belay: there is no bucket \(index)")
    _ = BucketMap<Key, Value>.forEachSlot(ofChain: Bucket(index, of: array)) { slot in
      body(UnsafePointer(BucketMap<Key, Value>.key(slot)), UnsafePointer(BucketMap<Key, Value>.value(slot)))
    }
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
