import Locks

/// The memory of one map, or of a few that belong together, counted on its own: an allocator that passes everything on to another.
///
///     let sessions = BucketMap<Int, Session>(allocator: allocator.account("sessions"))
///
/// Any thread may use it.
public final class MemoryAccount: BucketAllocator, @unchecked Sendable {
  // Sendable holds because what changes is reached under the lock only.

  /// What the memory is for, as reports name it.
  public let name: String
  /// Where the memory comes from.
  public let allocator: any BucketAllocator

  private let mutex = Mutex()
  private var counts = Counts()

  private struct Counts {
    var liveBytes = 0
    var blocks = 0
    var releasedBytes = 0
    var allocations = 0
  }

  /// Makes an account.
  ///
  /// - Parameters:
  ///   - name: What the memory is for.
  ///   - allocator: Where it comes from. `SpanAllocator.account(_:)` makes one that the allocator's report lists.
  public init(_ name: String, in allocator: any BucketAllocator) {
    self.name = name
    self.allocator = allocator
  }

  /// What is in use.
  ///
  /// - Complexity: O(1).
  public var use: MemoryReport.AccountUse {
    mutex.locked {
      MemoryReport.AccountUse(
        name: name, liveBytes: counts.liveBytes, blocks: counts.blocks, releasedBytes: counts.releasedBytes,
        allocations: counts.allocations)
    }
  }

  private func enter(_ byteCount: Int) {
    mutex.locked {
      counts.liveBytes += byteCount
      counts.blocks += 1
      counts.allocations += 1
    }
  }

  private func leave(_ byteCount: Int) {
    mutex.locked {
      counts.liveBytes -= byteCount
      counts.blocks -= 1
    }
  }

  /// See `BucketAllocator`.
  public func allocate(byteCount: Int, alignment: Int) throws(MemoryError) -> MemoryBlock {
    let block = try allocator.allocate(byteCount: byteCount, alignment: alignment)
    enter(byteCount)
    return block
  }

  /// See `BucketAllocator`.
  public func prepare(byteCount: Int, alignment: Int) -> MemoryPreparation? {
    guard let preparation = allocator.prepare(byteCount: byteCount, alignment: alignment) else { return nil }
    enter(byteCount)
    return preparation
  }

  /// See `BucketAllocator`.
  public func release(_ part: UnsafeMutableRawBufferPointer, of block: MemoryBlock) {
    allocator.release(part, of: block)
    mutex.locked { counts.releasedBytes += part.count }
  }

  /// See `BucketAllocator`.
  public func touchSoon(_ block: MemoryBlock) { allocator.touchSoon(block) }

  /// See `BucketAllocator`.
  public func accompany(
    into block: MemoryBlock, stepCount: Int, ahead: [MemoryMove.Lane], behind: [MemoryMove.Lane], cycle: UInt64
  ) -> MemoryMove? {
    allocator.accompany(into: block, stepCount: stepCount, ahead: ahead, behind: behind, cycle: cycle)
  }

  /// See `BucketAllocator`.
  public func releaseGranule(of block: MemoryBlock) -> Int { allocator.releaseGranule(of: block) }

  /// See `BucketAllocator`.
  public func deallocate(_ block: MemoryBlock) {
    allocator.deallocate(block)
    leave(block.byteCount)
  }

  /// See `BucketAllocator`.
  public func deallocateReleased(_ block: MemoryBlock) {
    allocator.deallocateReleased(block)
    leave(block.byteCount)
  }
}
