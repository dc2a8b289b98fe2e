import BelayMemory

/// The overflow buckets of one array of buckets: cut from slabs, recycled through a list, given back slab by slab when the array has been
/// evacuated, or with the map.
@usableFromInline @frozen
struct OverflowPool {
  /// The first free bucket; its first word is the next.
  @usableFromInline var free: UnsafeMutableRawPointer?
  /// What is left of the newest slab.
  @usableFromInline var fresh: UnsafeMutableRawPointer?
  @usableFromInline var freshCount: Int
  /// The slabs, newest first: their first bytes are a `Slab`.
  @usableFromInline var slabs: UnsafeMutablePointer<Slab>?
  /// Buckets in the next slab.
  @usableFromInline var nextCount: Int

  /// The head of a slab.
  @usableFromInline
  struct Slab {
    var block: MemoryBlock
    var next: UnsafeMutablePointer<Slab>?
  }

  @usableFromInline
  init() {
    free = nil
    fresh = nil
    freshCount = 0
    slabs = nil
    nextCount = 1
  }

  /// The head of a slab takes this many bytes, so that the buckets behind it are aligned.
  static var headBytes: Int { 64 }
  /// Slabs grow up to about this size.
  static var largestSlab: Int { 64 * 1024 }

  /// An overflow bucket whose row and link are zero.
  @inlinable
  mutating func take(byteCount: Int, alignment: Int, from allocator: any BucketAllocator) throws(MemoryError)
    -> UnsafeMutableRawPointer
  {
    if let bucket = free {
      free = bucket.load(as: UnsafeMutableRawPointer?.self)
      bucket.storeBytes(of: 0, as: UInt64.self)
      bucket.storeBytes(of: 0, toByteOffset: 8, as: UInt64.self)
      bucket.storeBytes(of: 0, toByteOffset: 16, as: UInt64.self)
      return bucket
    }
    if freshCount == 0 { try refill(byteCount: byteCount, alignment: alignment, from: allocator) }
    let bucket = fresh.unsafelyUnwrapped
    fresh = bucket + byteCount
    freshCount &-= 1
    return bucket
  }

  /// Takes an overflow bucket back.
  @inlinable @inline(__always)
  mutating func put(_ bucket: UnsafeMutableRawPointer) {
    bucket.storeBytes(of: free, as: UnsafeMutableRawPointer?.self)
    free = bucket
  }

  @usableFromInline
  mutating func refill(byteCount: Int, alignment: Int, from allocator: any BucketAllocator) throws(MemoryError) {
    let head = max(Self.headBytes, alignment)
    let block = try allocator.allocate(byteCount: head + nextCount * byteCount, alignment: max(64, alignment))
    let slab = block.base.bindMemory(to: Slab.self, capacity: 1)
    slab.initialize(to: Slab(block: block, next: slabs))
    slabs = slab
    fresh = block.base + head
    freshCount = nextCount
    nextCount = min(nextCount * 2, max(1, Self.largestSlab / byteCount))
  }

  /// Gives one slab back, if there is one; no bucket may be in use or be taken any more.
  ///
  /// - Returns: Its bytes; zero when there was none.
  @usableFromInline
  mutating func releaseSlab(to allocator: any BucketAllocator) -> Int {
    guard let slab = slabs else { return 0 }
    let block = slab.pointee.block
    slabs = slab.pointee.next
    allocator.deallocate(block)
    return block.byteCount
  }

  /// Gives all slabs back; no bucket may be in use.
  @usableFromInline
  mutating func releaseAll(to allocator: any BucketAllocator) {
    while releaseSlab(to: allocator) > 0 {}
    self = OverflowPool()
  }

  /// Bytes of all slabs.
  var byteCount: Int {
    var sum = 0
    var slab = slabs
    while let current = slab {
      sum += current.pointee.block.byteCount
      slab = current.pointee.next
    }
    return sum
  }
}
