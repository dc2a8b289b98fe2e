import BelayMemory
import CBucketRow

/// The buckets of a `ConcurrentMap`: heads of the parts of one list, in segments that never move.
///
/// At level L there are 2^L buckets; a hash belongs to the one that its L upper bits name. A bucket is the head of the entries from
/// its least hash on, so at the next level it is the head of the lower half of them, under twice its number: growth adds
/// the odd buckets of the new level, and moves nothing. They are linked in one by one by writers; until then a reader begins at the bucket before.
///
///     level 2   | 00 |            | 01 |         | 10 |          | 11 |
///     level 3   | 000 |  | 001 |  | 010 |  …
///
/// The segment of a level holds its odd buckets; that of the first level holds all.
@usableFromInline
struct ConcurrentTable {
  /// The level, then the address of the segment of each level from the first on.
  @usableFromInline let words: UnsafeMutableRawPointer
  /// The level at the beginning.
  @usableFromInline let firstLevel: Int

  @usableFromInline typealias Link = UnsafeMutableRawPointer

  /// Bytes of the head of a bucket.
  @inlinable @inline(__always) static var headBytes: Int { 16 }
  private static var levels: Int { 48 }

  /// The end of all lists.
  @usableFromInline nonisolated(unsafe) static let end: Link = {
    let link = Link.allocate(byteCount: 16, alignment: 16)
    link.storeBytes(of: UInt64(UInt(bitPattern: link)), as: UInt64.self)
    link.storeBytes(of: UInt64.max, toByteOffset: 8, as: UInt64.self)
    return link
  }()

  /// A table of 2^firstLevel buckets, all linked.
  @usableFromInline
  init(firstLevel: Int) {
    self.firstLevel = firstLevel
    words = Link.allocate(byteCount: 8 * (1 + Self.levels), alignment: 128)
    words.initializeMemory(as: UInt64.self, repeating: 0, count: 1 + Self.levels)
    let count = 1 << firstLevel
    let heads = Link.allocate(byteCount: count * Self.headBytes, alignment: 64)
    for index in 0..<count {
      let head = heads + index * Self.headBytes
      let next = index + 1 == count ? Self.end : head + Self.headBytes
      head.storeBytes(of: UInt64(UInt(bitPattern: next)), as: UInt64.self)
      head.storeBytes(
        of: firstLevel == 0 ? 0 : UInt64(index) << UInt64(64 - firstLevel), toByteOffset: 8, as: UInt64.self)
    }
    setSegment(0, heads)
    belay_word_release(words, UInt64(firstLevel))
  }

  @inlinable @inline(__always)
  init(words: UnsafeMutableRawPointer, firstLevel: Int) {
    self.words = words
    self.firstLevel = firstLevel
  }

  /// The binary logarithm of the number of buckets.
  @inlinable @inline(__always)
  var level: Int { Int(truncatingIfNeeded: belay_word_acquire(words)) }

  @inlinable @inline(__always)
  func segment(_ number: Int) -> Link {
    Link(bitPattern: UInt(truncatingIfNeeded: belay_word_relaxed(words + (8 &+ number &* 8)))).unsafelyUnwrapped
  }

  private func setSegment(_ number: Int, _ heads: Link) {
    belay_word_store(words + 8 + number * 8, UInt64(UInt(bitPattern: heads)))
  }

  /// The number, at a level, of the bucket that a hash belongs to.
  @inlinable @inline(__always)
  static func bucket(of order: UInt64, level: Int) -> Int {
    // A shift by 64 is none to the processor; at level 0 there is one bucket.
    level == 0 ? 0 : Int(truncatingIfNeeded: order &>> UInt64(truncatingIfNeeded: 64 &- level))
  }

  /// The head of a bucket.
  @inlinable @inline(__always)
  func head(_ index: Int, level: Int) -> Link {
    let zeros = index.trailingZeroBitCount
    // The level whose odd buckets this one is of.
    let own = level &- zeros &- firstLevel
    if own <= 0 { return segment(0) + (index &>> (level &- firstLevel)) &* Self.headBytes }
    return segment(own) + (index &>> (zeros &+ 1)) &* Self.headBytes
  }

  /// Whether the head of a bucket has been linked, or can at least be begun at.
  @inlinable @inline(__always)
  static func isLinked(_ head: Link) -> Bool { belay_word_acquire(head) != 0 }

  /// A head from which a walk meets all entries of an order; mostly that of its bucket.
  @inlinable @inline(__always)
  func start(_ order: UInt64) -> Link {
    let level = level
    let index = Self.bucket(of: order, level: level)
    let head = head(index, level: level)
    if Self.isLinked(head) { return head }
    return startBefore(index, level: level)
  }

  /// The nearest head before a bucket that is linked.
  @inlinable @inline(never)
  func startBefore(_ index: Int, level: Int) -> Link {
    var index = index
    while true {
      index &= index &- 1
      let head = head(index, level: level)
      if Self.isLinked(head) { return head }
    }
  }

  /// Links the head of a bucket in. The caller holds the lock of the stripe that the bucket belongs to.
  @usableFromInline @inline(never)
  func link(_ index: Int, level: Int) {
    let head = head(index, level: level)
    if Self.isLinked(head) { return }
    FaultStep.bucketLinks.reached()
    let order = UInt64(index) << UInt64(64 - level)
    var before = startBefore(index, level: level)
    while true {
      let next = Link(bitPattern: UInt(truncatingIfNeeded: belay_word_acquire(before))).unsafelyUnwrapped
      if next.load(fromByteOffset: 8, as: UInt64.self) >= order {
        head.storeBytes(of: order, toByteOffset: 8, as: UInt64.self)
        // From here on readers may begin at the head; what follows it is what follows its place in the list.
        belay_word_release(head, UInt64(UInt(bitPattern: next)))
        belay_word_release(before, UInt64(UInt(bitPattern: head)))
        return
      }
      before = next
    }
  }

  /// Makes room for twice the buckets, unless there is no memory. The caller holds the lock of growth.
  @usableFromInline @inline(never)
  func grow(from level: Int, allocator: any BucketAllocator) {
    guard self.level == level, level - firstLevel + 1 < Self.levels, level < 40,
      let block = try? allocator.allocate(byteCount: Self.segmentBytes(level: level + 1), alignment: 64)
    else { return }
    setSegment(level + 1 - firstLevel, block.base)
    belay_word_release(words, UInt64(level + 1))
  }

  /// Gives up the buckets of the last level, which stay where they are until `unlink` has met each. The caller holds the lock of growth.
  ///
  /// - Returns: The segment; nil at the first level.
  func shrink(from level: Int) -> MemoryBlock? {
    guard self.level == level, level > firstLevel else { return nil }
    let block = MemoryBlock(
      base: segment(level - firstLevel), byteCount: Self.segmentBytes(level: level), alignment: 64)
    belay_word_release(words, UInt64(level - 1))
    return block
  }

  /// Takes the head of a bucket of a level that has been given up out of the list. What it says itself stays, for readers that stand on it. The caller holds the
  /// lock of the stripe that the bucket belongs to.
  func unlink(_ number: Int, of segment: Link, level: Int) {
    let head = segment + number * Self.headBytes
    if !Self.isLinked(head) { return }
    FaultStep.bucketLinks.reached()
    var before = startBefore(2 * number + 1, level: level)
    while true {
      let next = Link(bitPattern: UInt(truncatingIfNeeded: belay_word_acquire(before))).unsafelyUnwrapped
      if next == head {
        belay_word_release(before, belay_word_acquire(head))
        return
      }
      before = next
    }
  }

  private static func segmentBytes(level: Int) -> Int { headBytes << (level - 1) }

  /// Gives the segments back; nobody may see the table any more.
  @usableFromInline
  func destroy(allocator: any BucketAllocator) {
    for level in stride(from: firstLevel + 1, through: level, by: 1) {
      allocator.deallocate(
        MemoryBlock(base: segment(level - firstLevel), byteCount: Self.segmentBytes(level: level), alignment: 64))
    }
    segment(0).deallocate()
    words.deallocate()
  }

  /// Bytes of all segments.
  var byteCount: Int { Self.headBytes << level }
}
