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
  /// Slabs of which no bucket is in use, left by the array before.
  @usableFromInline var spare: UnsafeMutablePointer<Slab>?
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
    spare = nil
    nextCount = 1
  }

  /// The head of a slab takes this many bytes, so that the buckets behind it are aligned.
  static var headBytes: Int { 64 }
  /// Slabs grow up to about this size.
  static var largestSlab: Int { 128 * 1024 - headBytes }

  /// An overflow bucket; what is in it is for the caller to write.
  @inlinable
  mutating func take(byteCount: Int, alignment: Int, from allocator: any BucketAllocator) throws(MemoryError)
    -> UnsafeMutableRawPointer
  {
    if let bucket = free {
      free = bucket.load(as: UnsafeMutableRawPointer?.self)
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
    if let slab = spare {
      spare = slab.pointee.next
      slab.pointee.next = slabs
      slabs = slab
      fresh = slab.pointee.block.base + head
      freshCount = (slab.pointee.block.byteCount - head) / byteCount
      return
    }
    var count = nextCount
    var given: MemoryBlock?
    // With little memory left a smaller slab serves as well; only when there is none for a single bucket is that an error.
    while given == nil {
      do throws(MemoryError) {
        given = try allocator.allocate(byteCount: head + count * byteCount, alignment: max(64, alignment))
      } catch {
        if count == 1 { throw error }
        count /= 2
      }
    }
    guard let block = given else { return }
    let slab = block.base.bindMemory(to: Slab.self, capacity: 1)
    slab.initialize(to: Slab(block: block, next: slabs))
    slabs = slab
    if block.byteCount >= Self.largestSlab / 2 { allocator.touchSoon(block) }
    fresh = block.base + head
    freshCount = count
    nextCount = min(count * 2, max(1, Self.largestSlab / byteCount))
  }

  /// Some slabs of this pool, for another to cut its buckets from; no bucket of this one may be in use or be taken any more.
  @usableFromInline
  mutating func giveSpare(to other: inout OverflowPool, limit: Int) {
    var count = 0
    while count < limit, let slab = slabs ?? spare {
      count += 1
      if slabs == nil { spare = slab.pointee.next } else { slabs = slab.pointee.next }
      slab.pointee.next = other.spare
      other.spare = slab
    }
    other.nextCount = max(other.nextCount, nextCount)
  }

  /// Gives one slab back, if there is one; no bucket may be in use or be taken any more.
  ///
  /// - Returns: Its bytes; zero when there was none.
  @usableFromInline
  mutating func releaseSlab(to allocator: any BucketAllocator) -> Int {
    guard let slab = slabs ?? spare else { return 0 }
    let block = slab.pointee.block
    if slabs == nil { spare = slab.pointee.next } else { slabs = slab.pointee.next }
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
    for list in [slabs, spare] {
      var slab = list
      while let current = slab {
        sum += current.pointee.block.byteCount
        slab = current.pointee.next
      }
    }
    return sum
  }
}
