import BelayMemory
import Locks
import StackTraces

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Remembers, for a sample of the blocks that an allocator hands out, by which calls they were asked for: a heap profile of what maps hold.
///
///     let profiler = ProfilingAllocator()
///     let sessions = BucketMap<UInt64, Session>(allocator: profiler)
///     …
///     try profiler.profile().write(to: "maps.pb")     // go tool pprof -http=: maps.pb
///
/// The sample is one of Poisson: on average one block in each `samplingBytes` bytes is remembered, and stands for as many as its chance to be chosen says, so that the
/// sums are true to what was allocated whatever the sizes are (the way of Go's and tcmalloc's heap profiles).
///
/// Thread safe. A block costs a lock and a subtraction, a remembered one a stack trace of some tens of microseconds; maps ask for blocks only when they grow.
public final class ProfilingAllocator: BucketAllocator, @unchecked Sendable {
  // Sendable holds because all state is reached under the lock only.
  private let lock = Mutex()
  private var bytesUntilSample: Int
  private var sampled: [UnsafeMutableRawPointer: Sampled] = [:]
  private var stacks: [StackTrace: HeapProfile.Counts] = [:]

  /// What hands the blocks out.
  public let base: any BucketAllocator
  /// How many bytes are allocated, on average, from one remembered block to the next.
  public let samplingBytes: Int

  /// A remembered block that is in use.
  private struct Sampled {
    let stack: StackTrace
    /// How many blocks it stands for.
    let weight: Double
    /// How many bytes of it have not been given back.
    var bytes: Int
  }

  /// Makes an allocator.
  ///
  /// - Parameters:
  ///   - base: What hands the blocks out.
  ///   - samplingBytes: How many bytes are allocated, on average, from one remembered block to the next; 1 remembers every block.
  public init(_ base: any BucketAllocator = SystemAllocator.shared, samplingBytes: Int = 512 * 1024) {
    precondition(samplingBytes > 0, "Belay: a profile cannot remember a block every \(samplingBytes) bytes")
    self.base = base
    self.samplingBytes = samplingBytes
    bytesUntilSample = Self.distance(samplingBytes)
  }

  /// See `BucketAllocator`.
  public func allocate(byteCount: Int, alignment: Int) throws(MemoryError) -> MemoryBlock {
    let block = try base.allocate(byteCount: byteCount, alignment: alignment)
    if isNextSample(byteCount) { remember(block, StackTrace.capture(limit: 64, skipping: 1)) }
    return block
  }

  /// See `BucketAllocator`.
  public func release(_ part: UnsafeMutableRawBufferPointer, of block: MemoryBlock) {
    base.release(part, of: block)
    lock.locked {
      guard var entry = sampled[block.base] else { return }
      let bytes = min(entry.bytes, part.count)
      entry.bytes -= bytes
      sampled[block.base] = entry
      stacks[entry.stack, default: .zero].liveBytes -= Double(bytes) * entry.weight
    }
  }

  /// See `BucketAllocator`.
  public func deallocate(_ block: MemoryBlock) {
    // Before the block goes back: then another thread may be handed the same address, and remember it.
    lock.locked {
      guard let entry = sampled.removeValue(forKey: block.base) else { return }
      stacks[entry.stack, default: .zero].liveBytes -= Double(entry.bytes) * entry.weight
      stacks[entry.stack, default: .zero].liveBlocks -= entry.weight
    }
    base.deallocate(block)
  }

  /// What was allocated since the allocator was made, and what of it is in use.
  ///
  /// - Complexity: Linear in the number of different stacks.
  public func profile() -> HeapProfile {
    let counts = lock.locked { stacks }
    return HeapProfile(counts: counts, samplingBytes: samplingBytes)
  }

  private func isNextSample(_ byteCount: Int) -> Bool {
    lock.locked {
      bytesUntilSample -= byteCount
      guard bytesUntilSample <= 0 else { return false }
      bytesUntilSample = Self.distance(samplingBytes)
      return true
    }
  }

  private func remember(_ block: MemoryBlock, _ stack: StackTrace) {
    let weight = Self.weight(of: block.byteCount, samplingBytes)
    lock.locked {
      sampled[block.base] = Sampled(stack: stack, weight: weight, bytes: block.byteCount)
      stacks[stack, default: .zero].add(blocks: weight, bytes: Double(block.byteCount) * weight)
    }
  }

  /// How many blocks of a size one that was chosen stands for: one over the chance that a sample falls into it.
  private static func weight(of byteCount: Int, _ samplingBytes: Int) -> Double {
    samplingBytes == 1 ? 1 : 1 / (1 - exp(-Double(byteCount) / Double(samplingBytes)))
  }

  /// The bytes to the next sample: exponentially distributed, so that no pattern of sizes can avoid the samples or attract them.
  private static func distance(_ samplingBytes: Int) -> Int {
    samplingBytes == 1 ? 0 : Int(-log(Double.random(in: .leastNonzeroMagnitude...1)) * Double(samplingBytes))
  }
}
