import BelayMemory
import CBucketRow

/// The pages of the next array, touched by another thread before the growth.
///
/// At its threshold a large map asks for them and goes on in the buckets it has, with a few more overflow buckets, until they are there, but at most until it
/// holds a sixteenth more. Then it grows as any map; what has not been touched by then goes on being touched.
extension BucketMap where Value: ~Copyable {
  /// Whether a map at its threshold should wait a little for the pages of its next array.
  @inlinable
  func waitsForPages() -> Bool {
    let full = Self.threshold(logCount: Int(header.pointee.logCount))
    if let preparation = header.pointee.preparation {
      if preparation.isDone || header.pointee.count >= full &+ full / 16 { return false }
    } else {
      let count = header.pointee.buckets.count &* 2
      guard header.pointee.count < full &+ full / 16,
        let preparation = allocator.prepare(
          byteCount: Layout.arrayBytes(count: count), alignment: Layout.arrayAlignment)
      else { return false }
      header.pointee.preparation = preparation
    }
    header.pointee.threshold = header.pointee.count &+ Swift.max(1, full / 256)
    return true
  }

  /// The array that has been prepared; nil if there is none of this size.
  @inlinable
  func takePrepared(logCount: Int) -> BucketArray? {
    guard let preparation = header.pointee.preparation else { return nil }
    let count = 1 << logCount
    guard preparation.block.byteCount == Layout.arrayBytes(count: count) else {
      dropPrepared()
      return nil
    }
    return array(in: preparation.block, count: count)
  }

  /// Lets nobody touch pages any more of an array that is in use.
  @inlinable
  func stopPreparing() {
    header.pointee.preparation?.stop()
    header.pointee.preparation = nil
  }

  /// Gives an array back that was prepared and is not in use.
  @inlinable
  func dropPrepared() {
    guard let preparation = header.pointee.preparation else { return }
    let isInUse = header.flags & MapFlags.growing != 0
    stopPreparing()
    if !isInUse { allocator.deallocate(preparation.block) }
  }
}
