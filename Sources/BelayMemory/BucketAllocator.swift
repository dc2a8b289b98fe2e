/// Where a map's buckets come from and go back to.
///
/// A map asks for a block when it is filled for the first time and each time it grows, and gives a block of many pages back piece by piece
/// while its entries move out of it, so that no single write pays for the whole of it.
public protocol BucketAllocator: AnyObject, Sendable {
  /// Returns a block whose bytes are zero.
  ///
  /// - Parameters:
  ///   - byteCount: At least 1.
  ///   - alignment: A power of two, at most the size of a page.
  /// - Throws: `MemoryError.outOfMemory`; then nothing has changed.
  /// - Complexity: Independent of `byteCount` for blocks of many pages: pages that nobody has touched cost nothing.
  func allocate(byteCount: Int, alignment: Int) throws(MemoryError) -> MemoryBlock

  /// Gives the pages that lie wholly within a part of a live block back; their contents are lost and must not be read any more.
  ///
  /// The block stays allocated. An allocator that cannot give parts back does nothing.
  /// - Complexity: Linear in the number of touched pages of the part.
  func release(_ part: UnsafeMutableRawBufferPointer, of block: MemoryBlock)

  /// Returns a block whose pages another thread touches before they are needed, for a map that is about to grow; nil when the allocator does not do
  /// that, or not for so few bytes. The caller owns the block.
  func prepare(byteCount: Int, alignment: Int) -> MemoryPreparation?

  /// The least part of a block that `release` gives back: parts should end at addresses that are multiples of it. The size of the block says that it should go back as
  /// a whole.
  func releaseGranule(of block: MemoryBlock) -> Int

  /// Gives a whole block back.
  ///
  /// - Complexity: At most linear in the number of touched pages that have not been released yet; an allocator may put that off.
  func deallocate(_ block: MemoryBlock)

  /// Gives a whole block back of which all but a few pages have been released before; nothing is put off.
  func deallocateReleased(_ block: MemoryBlock)
}

extension BucketAllocator {
  /// None.
  public func prepare(byteCount: Int, alignment: Int) -> MemoryPreparation? { nil }

  /// A page.
  public func releaseGranule(of block: MemoryBlock) -> Int { Int(SystemPages.byteCount) }
  /// Gives the block back as any other.
  public func deallocateReleased(_ block: MemoryBlock) { deallocate(block) }
}
