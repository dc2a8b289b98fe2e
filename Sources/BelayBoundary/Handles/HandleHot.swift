import CEpoch
import Synchronization

/// What every operation on a table reads, side by side: 320 bytes, of which only the epoch is ever written while the table grows no more.
///
/// The directory follows at `directoryOffset`: an address for each segment, less what the indices before the segment would take, so that
/// a slot's address is entry + 16 * index. Segment 0 has the indices up to 1023, segment k those from 512 << k on, as many as all before.
@usableFromInline
struct HandleHot: ~Copyable {
  /// The table's epoch, which its readers announce.
  var domain = belay_epoch_domain(epoch: 1)
  /// The bits of each handle above the generation.
  @usableFromInline let tagBits: UInt64
  /// Tells the table from all others, dead ones too.
  @usableFromInline let serial: UInt64
  /// Where the table's magazine is in a thread's record.
  @usableFromInline let place: Int
  /// Whether a thread that enters its magazine needs a fence of its own, because the process has no barrier.
  @usableFromInline let needsFences: Bool

  @inlinable static var directoryOffset: Int { 64 }
  @inlinable static var segmentCount: Int { 17 }
  static let byteCount = 256

  init(tag: UInt64, serial: UInt64, place: Int, needsFences: Bool) {
    tagBits = HandleBits.top | tag << HandleBits.tagShift
    self.serial = serial
    self.place = place
    self.needsFences = needsFences
  }
}

extension UnsafeMutablePointer where Pointee == HandleHot {
  /// The table's domain of epochs: its first word.
  @inlinable @inline(__always)
  var domain: UnsafeMutablePointer<belay_epoch_domain> {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: belay_epoch_domain.self)
  }

  /// The entry of the segment in which an index lies.
  @inlinable @inline(__always)
  func directory(_ segment: Int) -> UnsafeMutablePointer<Atomic<UInt>> {
    (UnsafeMutableRawPointer(self) + HandleHot.directoryOffset).assumingMemoryBound(to: Atomic<UInt>.self) + segment
  }

  /// The slot of an index, or nil if the table has not grown that far.
  @inlinable @inline(__always)
  func slot(_ index: UInt32) -> UnsafeMutablePointer<HandleSlot>? {
    // 0 for the first 1024 indices.
    let segment = 22 &- (index | 1023).leadingZeroBitCount
    let biased = directory(segment).pointee.load(ordering: .acquiring)
    if biased == 0 { return nil }
    return UnsafeMutablePointer<HandleSlot>(bitPattern: biased &+ UInt(index) &* 16).unsafelyUnwrapped
  }
}
