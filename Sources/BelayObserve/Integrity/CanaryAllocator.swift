import BelayMemory
import Locks

/// Puts canaries before and behind the blocks that an allocator hands out: words that nobody may change, so that whoever writes beyond a map's buckets, or beyond
/// a neighbour's memory into them, is noticed.
///
///     let canaries = CanaryAllocator()
///     let sessions = BucketMap<UInt64, Session>(allocator: canaries)
///     monitor.watch(canaries, as: "session memory")
///
/// The words differ from block to block and from process to process. They are looked at in `damages()`, and when a block goes back; what was found then is in the next `damages()`
/// too. A write that skips them, or that puts back what was there, is not seen.
///
/// Thread safe. A block costs a lock and 128 bytes (with an alignment above 64, that much in front); maps ask for blocks only when they grow.
public final class CanaryAllocator: BucketAllocator, @unchecked Sendable {
  // Sendable holds because all state is reached under the lock only.
  static let canaryBytes = 64

  private let lock = Mutex()
  /// Blocks by what was handed out: what lies around each.
  private var blocks: [UnsafeMutableRawPointer: Guarded] = [:]
  /// Of blocks that have gone back.
  private var found: [String] = []
  private let seed = UInt64.random(in: 0...UInt64.max)

  private struct Guarded {
    let outer: MemoryBlock
    let inner: MemoryBlock
  }

  /// What hands the blocks out.
  public let base: any BucketAllocator

  /// Stands before another allocator.
  public init(_ base: any BucketAllocator = SystemAllocator.shared) { self.base = base }

  /// See `BucketAllocator`.
  public func allocate(byteCount: Int, alignment: Int) throws(MemoryError) -> MemoryBlock {
    let front = max(Self.canaryBytes, alignment)
    let (size, tooLarge) = byteCount.addingReportingOverflow(front + Self.canaryBytes)
    guard !tooLarge else { throw .outOfMemory(byteCount: byteCount) }
    let outer = try base.allocate(byteCount: size, alignment: alignment)
    let inner = MemoryBlock(base: outer.base + front, byteCount: byteCount, alignment: alignment)
    write(before(inner))
    write(behind(inner))
    lock.locked { blocks[inner.base] = Guarded(outer: outer, inner: inner) }
    return inner
  }

  /// See `BucketAllocator`. Canaries lie outside of every part.
  public func release(_ part: UnsafeMutableRawBufferPointer, of block: MemoryBlock) {
    if let guarded = lock.locked({ blocks[block.base] }) { base.release(part, of: guarded.outer) }
  }

  /// See `BucketAllocator`.
  public func deallocate(_ block: MemoryBlock) { base.deallocate(take(block)) }

  /// See `BucketAllocator`.
  public func deallocateReleased(_ block: MemoryBlock) { base.deallocateReleased(take(block)) }

  /// Canaries that are not what they were, as sentences: of all live blocks, and of those that have gone back.
  ///
  /// - Complexity: Linear in the number of live blocks.
  public func damages() -> [String] {
    lock.locked { found + blocks.values.flatMap { damages(of: $0.inner) }.sorted() }
  }

  private func take(_ block: MemoryBlock) -> MemoryBlock {
    lock.locked {
      guard let guarded = blocks.removeValue(forKey: block.base) else {
        preconditionFailure("Belay: a block was given back that this allocator did not hand out, or twice")
      }
      // The first few: an allocator whose every block is damaged must not grow for ever.
      if found.count < 100 { found += damages(of: guarded.inner) }
      return guarded.outer
    }
  }

  // MARK: Canaries

  private func before(_ block: MemoryBlock) -> UnsafeMutableRawPointer { block.base - Self.canaryBytes }

  private func behind(_ block: MemoryBlock) -> UnsafeMutableRawPointer { block.base + block.byteCount }

  private func write(_ place: UnsafeMutableRawPointer) {
    for offset in stride(from: 0, to: Self.canaryBytes, by: 8) {
      place.storeBytes(of: word(place + offset), toByteOffset: offset, as: UInt64.self)
    }
  }

  private func damages(of block: MemoryBlock) -> [String] {
    [(before(block), "before"), (behind(block), "behind")].compactMap { place, side in
      let changed = stride(from: 0, to: Self.canaryBytes, by: 8).first {
        place.loadUnaligned(fromByteOffset: $0, as: UInt64.self) != word(place + $0)
      }
      guard let changed else { return nil }
      let distance = side == "before" ? Self.canaryBytes - changed : changed
      return
        "the memory \(side) the block of \(block.byteCount) bytes at 0x\(String(UInt(bitPattern: block.base), radix: 16))"
        + " was overwritten, within \(distance + (side == "before" ? 0 : 8)) bytes of it"
    }
  }

  /// What must be at a place: the mixing step of splitmix64.
  private func word(_ place: UnsafeMutableRawPointer) -> UInt64 {
    var word = seed ^ UInt64(UInt(bitPattern: place))
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}
