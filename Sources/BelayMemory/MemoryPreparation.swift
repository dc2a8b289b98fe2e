import CEpoch
import Locks

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A block whose pages another thread touches before they are needed.
///
/// To touch a page for the first time takes microseconds, a huge page up to a millisecond. A map that is about to grow asks for its next array this way, goes on
/// for a while with the one it has, and moves when the pages are there. Whoever asked owns the block, and calls `stop` before giving it back.
public final class MemoryPreparation: @unchecked Sendable {
  // Sendable holds because what changes is reached under the lock only, or is an atomic word.

  /// The block. It may be used at any time, also before its pages are there.
  public let block: MemoryBlock

  private let sliceBytes: Int
  private let mutex = Mutex()
  private var touched = 0
  private var isStopped = false
  /// Nonzero when nothing is left to do.
  private let done = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)

  /// Prepares a block; `touchSlice` does the work.
  ///
  /// - Parameters:
  ///   - block: A block of zeros.
  ///   - sliceBytes: How much one call of `touchSlice` touches; a multiple of the page.
  public init(_ block: MemoryBlock, sliceBytes: Int) {
    self.block = block
    self.sliceBytes = sliceBytes
    done.initialize(to: 0)
  }

  deinit { done.deallocate() }

  /// Whether all pages are there, or nobody goes on with it.
  ///
  /// - Complexity: O(1), without a lock.
  public var isDone: Bool { belay_epoch_load(done) != 0 }

  /// Touches the next pages. What they hold stays as it is, so that the block may be in use already.
  ///
  /// - Returns: False when nothing is left.
  public func touchSlice() -> Bool {
    mutex.locked {
      guard !isStopped, touched < block.byteCount else { return false }
      let count = min(sliceBytes, block.byteCount - touched)
      if !SystemPages.touch(block.base + touched, byteCount: count) { isStopped = true }
      touched += count
      if isStopped || touched >= block.byteCount { belay_epoch_store(done, 1) }
      return true
    }
  }

  /// Ends the preparation: afterwards no other thread touches the block.
  ///
  /// - Complexity: O(1), and the rest of a slice that is under way.
  public func stop() {
    mutex.locked { isStopped = true }
    belay_epoch_store(done, 1)
  }
}
