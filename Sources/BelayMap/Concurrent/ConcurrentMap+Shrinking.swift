import BelayMemory
import CBucketRow

/// How a `ConcurrentMap` gives buckets back.
///
/// First the table says that the last level is gone: who looks from then on begins at buckets of the level before. Then the heads of that level are taken out of the list, a few with each write,
/// each under the lock of its stripe. A reader that stands on one goes on from there, as the head still says what followed it when it was taken out: it sees the map as it
/// was at some time during its call. The memory goes when no reader is left that can have met the level.
extension ConcurrentMap {
  /// A level that has been given up.
  struct Shrinking {
    let segment: MemoryBlock
    let level: Int
    /// The heads before this one have been taken out.
    var next = 0
  }

  /// How many heads a write takes out.
  private static var headsPerStep: Int { 64 }

  /// The share of a write in shrinking: takes some heads out, and begins with the next level when it should and can. Without any lock held.
  @usableFromInline @inline(never)
  func shrink(begins: Bool) {
    let segment = shrinkLock.lockedIfFree { () -> MemoryBlock? in
      if shrinking == nil, begins { beginShrinking() }
      return takeHeadsOut()
    }
    if let segment, let segment { retire(segment) }
  }

  private func beginShrinking() {
    let table = table
    let level = table.level
    guard level > firstLevel, count * 8 < 1 << level,
      let segment = growth.locked({ table.shrink(from: level) })
    else { return }
    shrinking = Shrinking(segment: segment, level: level)
    belay_word_release(root + 16, 1)
  }

  /// Takes the next heads of one stripe out.
  ///
  /// - Returns: The segment, when that was the last of it.
  private func takeHeadsOut() -> MemoryBlock? {
    guard var state = shrinking else { return nil }
    let heads = 1 << (state.level - 1)
    let headsPerStripe = heads >> firstLevel
    let number = state.next / headsPerStripe
    let end = min((number + 1) * headsPerStripe, state.next + Self.headsPerStep)
    let table = table
    let stripe = ConcurrentStripe(number, of: stripes)
    stripe.lock()
    for head in state.next..<end { table.unlink(head, of: state.segment.base, level: state.level) }
    stripe.unlock()
    state.next = end
    if end < heads {
      shrinking = state
      return nil
    }
    shrinking = nil
    belay_word_release(root + 16, 0)
    return state.segment
  }

  private func retire(_ segment: MemoryBlock) {
    epochs.retire(segment, to: allocator)
    epochs.reclaim()
  }

  /// Gives back all buckets that the entries do not need.
  ///
  /// - Complexity: Linear in the number of buckets and entries; writers wait for a few buckets at a time.
  public func shrinkToFit() {
    // Others may make the map grow again meanwhile: each level is given up at most once.
    var levels = table.level - firstLevel + 1
    while true {
      let (segment, isDone) = shrinkLock.locked { () -> (MemoryBlock?, Bool) in
        if shrinking == nil, levels > 0 {
          levels -= 1
          beginShrinking()
        }
        let isDone = shrinking == nil
        return (takeHeadsOut(), isDone)
      }
      if let segment { retire(segment) }
      if isDone { return }
    }
  }

  /// The number of buckets.
  @_spi(Testing)
  public var bucketCount: Int { 1 << table.level }
}
