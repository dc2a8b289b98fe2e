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

  /// What gives large blocks back.
  public let sweeper: Sweeper

  /// Makes an allocator; `shared` serves as well.
  ///
  /// - Parameter sweeper: What gives large blocks back.
  public init(sweeper: Sweeper = .shared) { self.sweeper = sweeper }

  /// See `BucketAllocator`.
  public func allocate(byteCount: Int, alignment: Int) throws(MemoryError) -> MemoryBlock {
    sweeper.sweepOnWrite()
    if byteCount >= Self.mappedByteCount {
      let base = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      guard let base, base != MAP_FAILED else { throw .outOfMemory(byteCount: byteCount) }
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

  /// See `BucketAllocator`.
  public func release(_ part: UnsafeMutableRawBufferPointer, of block: MemoryBlock) {
    sweeper.sweepOnWrite()
    guard block.byteCount >= Self.mappedByteCount, let start = part.baseAddress else { return }
    let first = SystemPages.roundUp(UInt(bitPattern: start))
    let end = SystemPages.roundDown(UInt(bitPattern: start + part.count))
    guard first < end, let pages = UnsafeMutableRawPointer(bitPattern: first) else { return }
    // A failure leaves the pages where they are until the block itself goes back: nothing is lost but time.
    _ = madvise(pages, Int(end - first), MADV_DONTNEED)
  }

  /// See `BucketAllocator`. A block of many pages goes back in slices, see `Sweeper`.
  public func deallocate(_ block: MemoryBlock) {
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

  private static let unmap: @Sendable (MemoryBlock) -> Void = { part in
    let result = munmap(part.base, part.byteCount)
    precondition(result == 0, "Belay: a block that was not mapped was given back")
  }
}
