import CBucketRow

extension BucketMap where Value: ~Copyable {
  @inlinable
  var cursorLock: UnsafeMutablePointer<UInt8> {
    UnsafeMutableRawPointer(header).advanced(by: MapHeader.cursorLockOffset).assumingMemoryBound(to: UInt8.self)
  }

  /// Enters a cursor in the list. Several threads may begin iterations of one map at the same time.
  @usableFromInline
  func register(_ cursor: CursorState) {
    belay_lock_u8(cursorLock)
    cursor.nextCursor = header.pointee.cursors
    cursor.previousCursor = nil
    let entry = Unmanaged.passUnretained(cursor)
    if let next = header.pointee.cursors { next._withUnsafeGuaranteedRef { $0.previousCursor = entry } }
    header.pointee.cursors = entry
    belay_unlock_u8(cursorLock)
  }

  /// Takes a cursor off the list.
  @usableFromInline
  func unregister(_ cursor: CursorState) {
    belay_lock_u8(cursorLock)
    if let next = cursor.nextCursor { next._withUnsafeGuaranteedRef { $0.previousCursor = cursor.previousCursor } }
    if let previous = cursor.previousCursor {
      previous._withUnsafeGuaranteedRef { $0.nextCursor = cursor.nextCursor }
    } else {
      header.pointee.cursors = cursor.nextCursor
    }
    cursor.nextCursor = nil
    cursor.previousCursor = nil
    belay_unlock_u8(cursorLock)
  }

  /// Tells the running cursors that an old bucket is about to move.
  @usableFromInline @inline(never)
  func cursorsLeave(bucket index: Int) {
    let row = header.pointee.old.row(index)
    var entry = header.pointee.cursors
    while let cursor = entry?.takeUnretainedValue() {
      cursor.chainMoves(row: row)
      entry = cursor.nextCursor
    }
  }

  /// Tells the running cursors that all entries are gone.
  @usableFromInline @inline(never)
  func cursorsFinish() {
    var entry = header.pointee.cursors
    while let cursor = entry?.takeUnretainedValue() {
      cursor.finish()
      entry = cursor.nextCursor
    }
  }
}

extension MapHeader {
  /// Where the lock of the cursors lies in the header.
  @usableFromInline static let cursorLockOffset = MemoryLayout<MapHeader>.offset(of: \.cursorLock).unsafelyUnwrapped
}
