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

  /// Has another thread touch the pages of a block that is in use already, if the allocator does that for blocks of this size.
  func touchSoon(_ block: MemoryBlock)

  /// Has another thread touch the pages of a block before a map that moves into it, and give those back that it leaves, see `MemoryMove`; nil when the
  /// allocator does not do that, or not for blocks of this size. The map then does both itself.
  ///
  /// - Parameters:
  ///   - block: The block that the map moves into, and which holds nothing.
  ///   - stepCount: How many steps the move has.
  ///   - ahead: The parts of the block that the map fills.
  ///   - behind: The parts of another block of this allocator that it leaves.
  ///   - cycle: The sweep cycle of that other block; zero for none.
  func accompany(
    into block: MemoryBlock, stepCount: Int, ahead: [MemoryMove.Lane], behind: [MemoryMove.Lane], cycle: UInt64
  ) -> MemoryMove?

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

  /// Nothing.
  public func touchSoon(_ block: MemoryBlock) {}

  /// Nobody.
  public func accompany(
    into block: MemoryBlock, stepCount: Int, ahead: [MemoryMove.Lane], behind: [MemoryMove.Lane], cycle: UInt64
  ) -> MemoryMove? { nil }

  /// A page.
  public func releaseGranule(of block: MemoryBlock) -> Int { Int(SystemPages.byteCount) }
  /// Gives the block back as any other.
  public func deallocateReleased(_ block: MemoryBlock) { deallocate(block) }
}
