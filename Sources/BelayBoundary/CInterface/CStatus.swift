// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The names are those of belay.h.

import CBelay

/// The statuses of `belay.h`.
enum CStatus {
  static let ok: belay_status = 0
  static let released: belay_status = 9
  static let invalid: belay_status = 10

  /// Runs an operation on a table.
  static func of<Value>(
    _ table: OpaquePointer?, _ body: (HandleTable<CObject>) throws(HandleError) -> Value
  ) -> belay_status {
    guard let table else { return invalid }
    do throws(HandleError) {
      _ = try body(CTable.of(table).handles)
      return ok
    } catch {
      return error.status
    }
  }

  fileprivate static let texts: [StaticString] = [
    "no error", "the object that the handle named is gone", "the handle is released or removed already",
    "the handle belongs to another table", "the handle was never handed out", "the handle has too many references",
    "the table has no room for another handle", "out of memory", "closed", "the resource has been freed",
    "a null pointer where there must be none",
  ]
}

/// See `belay.h`.
@c @implementation
public func belay_status_text(_ status: belay_status) -> UnsafePointer<CChar>! {
  let text = CStatus.texts.indices.contains(Int(status)) ? CStatus.texts[Int(status)] : "unknown status"
  return UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}
