// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The names are those of belay.h.

import BelayMemory
import CBelay

// The functions of `belay.h` about what goes from maps to C and back; what they promise stands there.

extension belay_export {
  fileprivate static var none: belay_export { belay_export(entries: nil, count: 0, entry_size: 0, owner: 0) }
}

/// See `belay.h`.
@c @implementation
public func belay_export_free(_ exported: UnsafeMutablePointer<belay_export>!) -> belay_status {
  guard let exported else { return CStatus.invalid }
  let owner = exported.pointee.owner
  exported.pointee = .none
  return owner == 0 ? CStatus.ok : belay_arena_end(owner)
}

// MARK: Containers of C

/// See `belay.h`.
@c @implementation
public func belay_export_items(
  _ container: belay_handle, _ entrySize: Int, _ convert: belay_convert!, _ context: UnsafeMutableRawPointer!,
  _ exported: UnsafeMutablePointer<belay_export>!
) -> belay_status {
  guard let exported else { return CStatus.invalid }
  exported.pointee = .none
  guard let convert, entrySize > 0 else { return CStatus.invalid }
  return CItems.of(container) { items in
    do throws(CRows.Failure) {
      var rows = try CRows(room: max(16, items.count), entrySize: entrySize, name: "export")
      try items.forEach { (item) throws(CRows.Failure) in
        if rows.count == rows.room { try rows.grow() }
        try rows.append(item, convert, context)
      }
      exported.pointee = rows.handOver()
      return CStatus.ok
    } catch { return error.status }
  }
}

/// See `belay.h`.
@c @implementation
public func belay_stream_items(
  _ container: belay_handle, _ entrySize: Int, _ batch: Int, _ convert: belay_convert!, _ receive: belay_receive!,
  _ context: UnsafeMutableRawPointer!
) -> belay_status {
  guard let convert, let receive, entrySize > 0, batch > 0 else { return CStatus.invalid }
  return CItems.of(container) { items in
    do throws(CRows.Failure) {
      var rows: CRows?
      try items.forEach { (item) throws(CRows.Failure) in
        var filled: CRows
        if let begun = rows.take() {
          filled = begun
        } else {
          filled = try CRows(room: batch, entrySize: entrySize, name: "a batch")
        }
        try filled.append(item, convert, context)
        if filled.count == batch { try filled.send(receive, context) } else { rows = consume filled }
      }
      if let rest = rows.take() { try rest.send(receive, context) }
      return CStatus.ok
    } catch { return error.status }
  }
}

// MARK: Maps of Swift

/// See `belay.h`.
@c @implementation
public func belay_map_count(_ map: belay_handle, _ count: UnsafeMutablePointer<Int>!) -> belay_status {
  guard let count else { return CStatus.invalid }
  count.pointee = 0
  return CStatus.of(map, in: CTables.maps) { map in
    count.pointee = map.count()
    return CStatus.ok
  }
}

/// See `belay.h`.
@c @implementation
public func belay_map_export(
  _ map: belay_handle, _ entrySize: Int, _ exported: UnsafeMutablePointer<belay_export>!
) -> belay_status {
  guard let exported else { return CStatus.invalid }
  exported.pointee = .none
  return CStatus.of(map, in: CTables.maps) { map in
    guard entrySize == map.rowBytes else { return CStatus.invalid }
    return map.export(exported)
  }
}

/// See `belay.h`.
@c @implementation
public func belay_map_stream(
  _ map: belay_handle, _ entrySize: Int, _ batch: Int, _ receive: belay_receive!, _ context: UnsafeMutableRawPointer!
) -> belay_status {
  guard let receive, batch > 0 else { return CStatus.invalid }
  return CStatus.of(map, in: CTables.maps) { map in
    guard entrySize == map.rowBytes else { return CStatus.invalid }
    return map.stream(batch) { rows, count in receive(rows, count, context) == 0 }
  }
}

/// See `belay.h`.
@c @implementation
public func belay_map_import(
  _ map: belay_handle, _ entries: UnsafeRawPointer!, _ entrySize: Int, _ count: Int,
  _ stored: UnsafeMutablePointer<Int>!
) -> belay_status {
  stored?.pointee = 0
  guard count >= 0, entries != nil || count == 0 else { return CStatus.invalid }
  return CStatus.of(map, in: CTables.maps) { map in
    guard entrySize == map.rowBytes else { return CStatus.invalid }
    guard let store = map.store else { return CStatus.readOnly }
    let taken = store(entries, count)
    stored?.pointee = taken
    return CStatus.ok
  }
}
