import BelayMemory
import Synchronization

/// Refuses chosen requests, and knows what has not come back.
final class FailingAllocator: BucketAllocator {
  private let requests = Atomic(0)
  private let live = Atomic(0)
  private let refused = Atomic(0)
  private let refuses: @Sendable (_ number: Int, _ byteCount: Int) -> Bool

  /// Makes an allocator that refuses the requests, numbered from 0, for which a function says so.
  init(refusing refuses: @escaping @Sendable (_ number: Int, _ byteCount: Int) -> Bool) { self.refuses = refuses }

  /// Bytes that have not come back.
  var liveBytes: Int { live.load(ordering: .relaxed) }
  /// Requests so far, and how many of them were refused.
  var requestCount: Int { requests.load(ordering: .relaxed) }
  var refusedCount: Int { refused.load(ordering: .relaxed) }

  func allocate(byteCount: Int, alignment: Int) throws(MemoryError) -> MemoryBlock {
    if refuses(requests.add(1, ordering: .relaxed).oldValue, byteCount) {
      refused.add(1, ordering: .relaxed)
      throw .outOfMemory(byteCount: byteCount)
    }
    let block = try SystemAllocator.shared.allocate(byteCount: byteCount, alignment: alignment)
    live.add(byteCount, ordering: .relaxed)
    return block
  }

  func release(_ part: UnsafeMutableRawBufferPointer, of block: MemoryBlock) {
    SystemAllocator.shared.release(part, of: block)
  }

  func releaseGranule(of block: MemoryBlock) -> Int { SystemAllocator.shared.releaseGranule(of: block) }

  func deallocate(_ block: MemoryBlock) {
    live.subtract(block.byteCount, ordering: .relaxed)
    SystemAllocator.shared.deallocate(block)
  }
}
