// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The names are those of belay.h.

import CBelay

/// The statuses of `belay.h`.
enum CStatus {
  static let ok: belay_status = 0
  static let stale: belay_status = 1
  static let doubleRelease: belay_status = 2
  static let foreign: belay_status = 3
  static let outOfMemory: belay_status = 7
  static let released: belay_status = 9
  static let invalid: belay_status = 10
  static let taken: belay_status = 15
  static let unknown: belay_status = 16
  static let readOnly: belay_status = 17
  static let stopped: belay_status = 18

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

  /// Runs an operation on what a handle names, which stays until the operation is over.
  static func of<Object>(
    _ handle: belay_handle, in table: HandleTable<Object>, _ body: (Object) -> belay_status
  ) -> belay_status {
    do throws(HandleError) { return body(try table.object(for: Handle(rawValue: handle))) } catch {
      return error.status
    }
  }

  /// Ends a handle, and what it names. Of threads that end the same one, one does.
  static func end<Object>(
    _ handle: belay_handle, in table: HandleTable<Object>, _ body: (Object) -> Void
  ) -> belay_status {
    do throws(HandleError) {
      let object = try table.object(for: Handle(rawValue: handle))
      try table.remove(Handle(rawValue: handle))
      body(object)
      return ok
    } catch {
      // Gone when it was looked up, or ended by another thread since: the same for who ends it.
      return error.status == stale ? doubleRelease : error.status
    }
  }

  /// Makes a handle for an object.
  static func make<Object>(
    _ handle: UnsafeMutablePointer<belay_handle>?, in table: HandleTable<Object>, _ object: @autoclosure () -> Object
  ) -> belay_status {
    guard let handle else { return invalid }
    do throws(HandleError) {
      handle.pointee = try table.insert(object()).rawValue
      return ok
    } catch {
      handle.pointee = 0
      return error.status
    }
  }

  fileprivate static let texts: [StaticString] = [
    "no error", "the object that the handle named is gone", "the handle is released or removed already",
    "the handle belongs to another table", "the handle was never handed out", "the handle has too many references",
    "the table has no room for another handle", "out of memory", "closed", "the resource has been freed",
    "a null pointer where there must be none, or a size or an alignment that cannot be",
    "the allocation has been freed before", "the address begins no live allocation", "the allocation has been freed",
    "the address begins a live allocation already", "the id has a resource already",
    "there is nothing under this id or key",
    "the map takes no entries from C", "a function of the caller's asked to stop",
  ]
}

/// See `belay.h`.
@c @implementation
public func belay_status_text(_ status: belay_status) -> UnsafePointer<CChar>! {
  let text = CStatus.texts.indices.contains(Int(status)) ? CStatus.texts[Int(status)] : "unknown status"
  return UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}
