import CBelay

/// Where tests stop a thread, so that they can try all orders of two threads' steps. Nothing in release builds.
@usableFromInline
enum HandleStep: Int32 {
  case announced, looked, aboutToCount, hidden, aboutToPublish, sealed, scanned, waiting

  @inlinable @inline(__always)
  static func reached(_ step: HandleStep) {
    #if DEBUG
      belay_step(step.rawValue)
    #endif
  }
}
