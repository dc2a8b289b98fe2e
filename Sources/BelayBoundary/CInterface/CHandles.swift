// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The names are those of belay.h.

import CBelay

// The functions of `belay.h` about handles; what they promise stands there.

/// See `belay.h`.
@c @implementation
public func belay_table_create(
  _ name: UnsafePointer<CChar>!,
  _ end: (@convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void)!,
  _ context: UnsafeMutableRawPointer!
) -> OpaquePointer! {
  let name = name.map { String(cString: $0) } ?? "handles"
  let table = CTable(name: name, ending: CEnding(function: end, context: context))
  return OpaquePointer(Unmanaged.passRetained(table).toOpaque())
}

/// See `belay.h`.
@c @implementation
public func belay_table_destroy(_ table: OpaquePointer!) {
  guard let table else { return }
  Unmanaged<CTable>.fromOpaque(UnsafeRawPointer(table)).release()
}

/// See `belay.h`.
@c @implementation
public func belay_table_insert(
  _ table: OpaquePointer!, _ object: UnsafeMutableRawPointer!, _ handle: UnsafeMutablePointer<belay_handle>!
) -> belay_status {
  guard let table, let handle else { return CStatus.invalid }
  let owner = CTable.of(table)
  let entry = CObject(object, owner.ending)
  do throws(HandleError) {
    handle.pointee = try owner.handles.insert(entry).rawValue
    return CStatus.ok
  } catch {
    handle.pointee = 0
    entry.giveBack()
    return error.status
  }
}

/// See `belay.h`.
@c @implementation
public func belay_table_retain(_ table: OpaquePointer!, _ handle: belay_handle) -> belay_status {
  CStatus.of(table) { (table) throws(HandleError) in try table.retain(Handle(rawValue: handle)) }
}

/// See `belay.h`.
@c @implementation
public func belay_table_release(_ table: OpaquePointer!, _ handle: belay_handle) -> belay_status {
  CStatus.of(table) { (table) throws(HandleError) in try table.release(Handle(rawValue: handle)) }
}

/// See `belay.h`.
@c @implementation
public func belay_table_remove(_ table: OpaquePointer!, _ handle: belay_handle) -> belay_status {
  CStatus.of(table) { (table) throws(HandleError) in try table.remove(Handle(rawValue: handle)) }
}

/// See `belay.h`.
@c @implementation
public func belay_table_with(
  _ table: OpaquePointer!, _ handle: belay_handle,
  _ body: (@convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void)!,
  _ context: UnsafeMutableRawPointer!
) -> belay_status {
  guard let body else { return CStatus.invalid }
  return CStatus.of(table) { (table) throws(HandleError) in
    try table.withObject(Handle(rawValue: handle)) { body($0.pointer, context) }
  }
}

/// See `belay.h`.
@c @implementation
public func belay_table_pin(
  _ table: OpaquePointer!, _ handle: belay_handle, _ object: UnsafeMutablePointer<UnsafeMutableRawPointer?>!,
  _ pin: UnsafeMutablePointer<OpaquePointer?>!
) -> belay_status {
  guard let object, let pin else { return CStatus.invalid }
  object.pointee = nil
  pin.pointee = nil
  return CStatus.of(table) { (table) throws(HandleError) in
    let held = try table.object(for: Handle(rawValue: handle))
    object.pointee = held.pointer
    pin.pointee = OpaquePointer(Unmanaged.passRetained(held).toOpaque())
  }
}

/// See `belay.h`.
@c @implementation
public func belay_unpin(_ pin: OpaquePointer!) {
  guard let pin else { return }
  Unmanaged<CObject>.fromOpaque(UnsafeRawPointer(pin)).release()
}

/// See `belay.h`.
@c @implementation
public func belay_table_count(_ table: OpaquePointer!) -> Int {
  guard let table else { return 0 }
  return CTable.of(table).handles.count
}

/// See `belay.h`.
@c @implementation
public func belay_table_reclaim(_ table: OpaquePointer!) -> Int {
  guard let table else { return 0 }
  return CTable.of(table).handles.reclaim()
}
