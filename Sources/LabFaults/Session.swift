import CLab

/// A session of the C library, as a Swift object: it ends with the object.
final class Session: @unchecked Sendable {
  // Sendable holds as the pointer is set once, and the library's functions used here may be called from any thread.
  let pointer: OpaquePointer

  init(_ number: UInt64) { pointer = Session.open(number) }

  deinit { lab_session_close(pointer) }

  var number: UInt64 { lab_session_number(pointer) }

  /// A session as C hands it out: whoever has it has to close it.
  static func open(
    _ number: UInt64, closed: lab_session_closed? = nil, context: UnsafeMutableRawPointer? = nil
  ) -> OpaquePointer {
    guard let session = lab_session_open(number, closed, context) else { fatalError("no memory for a session") }
    return session
  }
}
