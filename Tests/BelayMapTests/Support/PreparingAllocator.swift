import BelayMemory
import Locks

/// Prepares arrays from a size on, but leaves it to the test when their pages are touched.
final class PreparingAllocator: BucketAllocator, @unchecked Sendable {
  // Sendable holds because all state is reached under the lock only.
  private let mutex = Mutex()
  private let leastBytes: Int
  private var live = 0
  private var prepared: [MemoryPreparation] = []

  init(leastBytes: Int) { self.leastBytes = leastBytes }

  /// Bytes that have not come back.
  var liveBytes: Int { mutex.locked { live } }
  /// What has been asked for so far.
  var preparations: [MemoryPreparation] { mutex.locked { prepared } }

  func allocate(byteCount: Int, alignment: Int) throws(MemoryError) -> MemoryBlock {
    let block = try SystemAllocator.shared.allocate(byteCount: byteCount, alignment: alignment)
    mutex.locked { live += byteCount }
    return block
  }

  func prepare(byteCount: Int, alignment: Int) -> MemoryPreparation? {
    guard byteCount >= leastBytes, let block = try? allocate(byteCount: byteCount, alignment: alignment) else {
      return nil
    }
    let preparation = MemoryPreparation(block, sliceBytes: 4096)
    mutex.locked { prepared.append(preparation) }
    return preparation
  }

  func release(_ part: UnsafeMutableRawBufferPointer, of block: MemoryBlock) {
    SystemAllocator.shared.release(part, of: block)
  }

  func deallocate(_ block: MemoryBlock) {
    mutex.locked { live -= block.byteCount }
    SystemAllocator.shared.deallocate(block)
  }
}
