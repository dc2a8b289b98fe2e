import CBelay

/// What a thread keeps of the tables that it uses: 64 pointers to magazines, by the table's tag, reached by one thread-local pointer. Only the thread
/// itself uses them.
@usableFromInline
@frozen
struct ThreadRecord {
  @usableFromInline let base: UnsafeMutableRawPointer

  static let placeCount = 64
  static let byteCount = 640

  /// The record of the calling thread, or nil if it has none yet.
  @inlinable @inline(__always)
  static var current: ThreadRecord? {
    guard let pointer = belay_thread_get() else { return nil }
    return ThreadRecord(base: pointer)
  }

  @inlinable
  init(base: UnsafeMutableRawPointer) { self.base = base }

  /// The magazine at a place, an offset in bytes.
  @inlinable @inline(__always)
  func magazine(_ place: Int) -> UnsafeMutablePointer<UnsafeMutablePointer<HandleMagazine>?> {
    (base + place).assumingMemoryBound(to: UnsafeMutablePointer<HandleMagazine>?.self)
  }

  /// The next record in the list of those that nobody has.
  var nextIdle: UnsafeMutablePointer<UnsafeMutableRawPointer?> {
    (base + 512).assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
  }
}
