import Locks

@testable import BelayMemory

/// Goes with maps that move to arrays of some size, but only as far as the test says.
final class MovingAllocator: BucketAllocator, @unchecked Sendable {
  // Sendable holds because all state is reached under the lock only.
  private let mutex = Mutex()
  private let leastBytes: Int
  private var live = 0
  private var begun: [MemoryMove] = []
  /// A sweeper without a thread.
  private let sweeper = Sweeper(mode: .onWrites)

  init(leastBytes: Int) { self.leastBytes = leastBytes }

  /// Bytes that have not come back.
  var liveBytes: Int { mutex.locked { live } }
  /// What has been asked for so far.
  var moves: [MemoryMove] { mutex.locked { begun } }

  func allocate(byteCount: Int, alignment: Int) throws(MemoryError) -> MemoryBlock {
    let block = try SystemAllocator.shared.allocate(byteCount: byteCount, alignment: alignment)
    mutex.locked { live += byteCount }
    return block
  }

  func accompany(
    into block: MemoryBlock, stepCount: Int, ahead: [MemoryMove.Lane], behind: [MemoryMove.Lane], cycle: UInt64
  ) -> MemoryMove? {
    guard block.byteCount >= leastBytes else { return nil }
    let move = MemoryMove(
      stepCount: stepCount, ahead: ahead, behind: behind, cycle: cycle, leadBytes: 64 * 1024, sweeper: sweeper)
    mutex.locked { begun.append(move) }
    return move
  }

  func release(_ part: UnsafeMutableRawBufferPointer, of block: MemoryBlock) {
    SystemAllocator.shared.release(part, of: block)
  }

  func deallocate(_ block: MemoryBlock) {
    mutex.locked { live -= block.byteCount }
    SystemAllocator.shared.deallocate(block)
  }
}
