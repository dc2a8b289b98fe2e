import BelayMemory
import CBucketRow

extension BucketMap where Value: ~Copyable {
  /// Reports a misuse; returns when a handler has taken it.
  @usableFromInline @inline(never)
  func misuse(_ kind: MapMisuse.Kind) {
    let thread = ThreadName.current
    var other: UInt64?
    if kind != .keyHashChanged, header.flags & MapFlags.writing != 0 {
      // Whoever writes finds the mark when the write ends, and says who it is. A write takes microseconds; it does not end when it is
      // our own.
      header.pointee.conflictThread = 0
      header.flags |= MapFlags.conflict
      for _ in 0..<2000 {
        if header.flags & MapFlags.writing == 0 { break }
        ThreadName.yield()
      }
      let found = header.pointee.conflictThread
      other = found == 0 ? nil : found
    }
    let arena = kind == .arenaFreed ? (allocator as? Arena).map { " in the arena '\($0.name)'" } ?? "" : ""
    MisusePolicy.report(
      MapMisuse(kind: kind, map: "BucketMap<\(Key.self), \(Value.self)>\(arena)", thread: thread, otherThread: other))
  }

  /// Ends a write that met more than its own mark.
  @usableFromInline @inline(never)
  func endWriteSlow() {
    let flags = header.flags
    if flags & MapFlags.conflict != 0 { header.pointee.conflictThread = ThreadName.current }
    if flags & MapFlags.writing == 0 {
      misuse(.concurrentWrites)
      return
    }
    header.state = header.state & ~UInt64(MapFlags.writing | MapFlags.conflict) &+ MapFlags.write
  }
}
