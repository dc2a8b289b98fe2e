#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Blocks straight from the system: small ones from `calloc`, large ones mapped, so that their pages are zero without anybody writing them
/// and can be given back one by one.
public final class SystemAllocator: BucketAllocator {
  /// The allocator that everyone may share.
  public static let shared = SystemAllocator()

  /// From this size on a block is mapped.
  ///
  /// `calloc` would map such a block too, at first; after the first `free` of a large block it recycles, and then clears the whole block
  /// within one insertion.
  static let mappedByteCount = 64 * 1024

  /// From this size on a thread goes with a map that moves into a block.
  static let accompaniedByteCount = 256 * 1024

  /// From this size on a block is asked for in huge pages, if at all.
  static let hugeByteCount = 2 * 1024 * 1024
  /// Bytes of a huge page.
  static let hugePageBytes = 2 * 1024 * 1024

  /// What gives large blocks back.
  public let sweeper: Sweeper

  /// Whether blocks from 2 MiB on lie in huge pages, where the system has them on request (Linux).
  public let usesHugePages: Bool

  /// Makes an allocator; `shared` serves as well.
  ///
  /// - Parameters:
  ///   - sweeper: What gives large blocks back.
  ///   - usesHugePages: Whether blocks from 2 MiB on lie in huge pages, where the system has them on request (Linux). A look-up in a map of millions of entries then seldom waits for the
  ///     tables of pages; but a write that is the first to touch such a page waits until the system has cleared all of it, which takes up to milliseconds.
  public init(sweeper: Sweeper = .shared, usesHugePages: Bool = false) {
    self.sweeper = sweeper
    self.usesHugePages = usesHugePages
  }

  /// See `BucketAllocator`.
  public func allocate(byteCount: Int, alignment: Int) throws(MemoryError) -> MemoryBlock {
    sweeper.sweepOnWrite()
    if byteCount >= Self.mappedByteCount {
      let base = isHuge(byteCount) ? Self.mapHuge(byteCount) : Self.map(byteCount)
      guard let base else { throw .outOfMemory(byteCount: byteCount) }
      return MemoryBlock(base: base, byteCount: byteCount, alignment: alignment)
    }
    if alignment <= 16 {
      guard let base = calloc(1, byteCount) else { throw .outOfMemory(byteCount: byteCount) }
      return MemoryBlock(base: base, byteCount: byteCount, alignment: alignment)
    }
    var base: UnsafeMutableRawPointer?
    guard posix_memalign(&base, alignment, byteCount) == 0, let base else { throw .outOfMemory(byteCount: byteCount) }
    memset(base, 0, byteCount)
    return MemoryBlock(base: base, byteCount: byteCount, alignment: alignment)
  }

  /// See `BucketAllocator`. Blocks in huge pages are prepared, while the sweeper has a thread of its own.
  public func prepare(byteCount: Int, alignment: Int) -> MemoryPreparation? {
    guard isHuge(byteCount), sweeper.mode == .background, let base = Self.mapHuge(byteCount) else { return nil }
    let block = MemoryBlock(base: base, byteCount: byteCount, alignment: alignment)
    let preparation = MemoryPreparation(block, sliceBytes: Self.hugePageBytes)
    sweeper.prepare(preparation)
    return preparation
  }

  /// See `BucketAllocator`.
  public func release(_ part: UnsafeMutableRawBufferPointer, of block: MemoryBlock) {
    sweeper.sweepOnWrite()
    guard block.byteCount >= Self.mappedByteCount, let start = part.baseAddress else { return }
    let granule = isHuge(block.byteCount) ? UInt(Self.hugePageBytes) : SystemPages.byteCount
    let first = (UInt(bitPattern: start) + granule - 1) & ~(granule - 1)
    let end = UInt(bitPattern: start + part.count) & ~(granule - 1)
    guard first < end, let pages = UnsafeMutableRawPointer(bitPattern: first) else { return }
    SystemPages.giveBack(pages, byteCount: Int(end - first))
  }

  /// See `BucketAllocator`. Blocks from 256 KiB on that are not in huge pages, while the sweeper has a thread of its own (Linux).
  public func accompany(
    into block: MemoryBlock, stepCount: Int, ahead: [MemoryMove.Lane], behind: [MemoryMove.Lane], cycle: UInt64
  ) -> MemoryMove? {
    #if os(Linux)
      guard block.byteCount >= Self.accompaniedByteCount, !isHuge(block.byteCount), sweeper.mode == .background else {
        return nil
      }
      let move = MemoryMove(
        stepCount: stepCount, ahead: ahead, behind: behind, cycle: cycle,
        leadBytes: max(8 << 20, block.byteCount / 8), sweeper: sweeper)
      sweeper.accompany(move)
      return move
    #else
      return nil
    #endif
  }

  /// See `BucketAllocator`. Blocks that are mapped and not in huge pages, while the sweeper has a thread of its own (Linux).
  public func touchSoon(_ block: MemoryBlock) {
    #if os(Linux)
      guard block.byteCount >= Self.mappedByteCount, !isHuge(block.byteCount), sweeper.mode == .background else {
        return
      }
      sweeper.touchSoon(block)
    #endif
  }

  /// See `BucketAllocator`. Of a block in huge pages only whole ones go back: to split one would cost more than it gives. While the sweeper has a thread of its
  /// own, such a block is left to it.
  public func releaseGranule(of block: MemoryBlock) -> Int {
    if !isHuge(block.byteCount) { return Int(SystemPages.byteCount) }
    return sweeper.mode == .background ? block.byteCount : Self.hugePageBytes
  }

  /// See `BucketAllocator`. A block of many pages goes back in slices, see `Sweeper`.
  public func deallocate(_ block: MemoryBlock) {
    sweeper.forget(block)
    if block.byteCount >= sweeper.leastBytes, block.byteCount >= Self.mappedByteCount {
      sweeper.give(block, release: Self.unmap)
    } else {
      deallocateReleased(block)
    }
  }

  /// See `BucketAllocator`.
  public func deallocateReleased(_ block: MemoryBlock) {
    if block.byteCount >= Self.mappedByteCount {
      Self.unmap(block)
    } else {
      free(block.base)
    }
  }

  private func isHuge(_ byteCount: Int) -> Bool {
    #if os(Linux)
      return usesHugePages && byteCount >= Self.hugeByteCount
    #else
      return false
    #endif
  }

  private static func map(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    let base = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    return base == MAP_FAILED ? nil : base
  }

  /// Maps memory that begins at a huge page, and asks for huge pages. Without them it is like any other.
  private static func mapHuge(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    #if os(Linux)
      let whole = Int(SystemPages.roundUp(UInt(byteCount)))
      guard let start = map(whole + hugePageBytes) else { return nil }
      let head = -Int(bitPattern: start) & (hugePageBytes - 1)
      // What is left over before and after goes back; a failure leaves some address space reserved, and nothing else.
      if head > 0 { _ = munmap(start, head) }
      if head < hugePageBytes { _ = munmap(start + head + whole, hugePageBytes - head) }
      _ = madvise(start + head, whole, MADV_HUGEPAGE)
      return start + head
    #else
      return map(byteCount)
    #endif
  }

  private static let unmap: @Sendable (MemoryBlock) -> Void = { part in
    let result = munmap(part.base, part.byteCount)
    precondition(result == 0, "Belay: a block that was not mapped was given back")
  }
}
