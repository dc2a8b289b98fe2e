import BelayMap
import BelayMemory
import CBelay

/// A concurrent map as C sees it: C gets a handle, and asks for the contents or gives entries when it likes.
///
///     let exchange = try ForeignMap(
///       sessions, as: c_session.self,
///       export: { entry, arena throws(MemoryError) in c_session(name: try arena.string(entry.key).cString, age: entry.value) },
///       import: { row in String(row.name).map { (key: $0, value: row.age) } })
///     c_library_use(library, exchange.handle)         // belay_map_export, belay_map_stream, belay_map_import, belay_map_count
///
/// When the value ends, the handle is over; C that comes later is told so.
///
/// Thread safety: C may come from any thread. The functions for both directions are called on C's thread.
public final class ForeignMap: Sendable {
  /// What C is given.
  public let handle: belay_handle

  /// Makes a handle for a map.
  ///
  /// - Parameters:
  ///   - map: The map.
  ///   - type: The C struct of an entry; C says its size with each call, and another one is refused.
  ///   - export: Makes a struct of an entry; strings that it points to come from the arena that it is given.
  ///   - import: Makes an entry of a struct, which stays C's; nil leaves the struct out. Without this function C may not give entries.
  /// - Throws: As `HandleTable.insert`.
  public init<Key, Value, Row: BitwiseCopyable>(
    _ map: ConcurrentMap<Key, Value>, as type: Row.Type,
    export: @escaping @Sendable ((key: Key, value: Value), borrowing ForeignArena) throws(MemoryError) -> Row,
    import: (@Sendable (Row) -> (key: Key, value: Value)?)? = nil
  ) throws(HandleError) {
    let source = CMapSource(
      rowBytes: MemoryLayout<Row>.stride,
      count: { map.count },
      export: { (result) -> belay_status in Self.export(map, export, to: result) },
      stream: { (batch, receive) -> belay_status in Self.stream(map, batch: batch, export, to: receive) },
      store: Self.store(in: map, `import`))
    handle = try CTables.maps.insert(source).rawValue
  }

  deinit {
    // Over already only if C has ended it.
    _ = try? CTables.maps.remove(Handle(rawValue: handle))
  }

  private static func store<Key, Value, Row: BitwiseCopyable>(
    in map: ConcurrentMap<Key, Value>, _ convert: (@Sendable (Row) -> (key: Key, value: Value)?)?
  ) -> (@Sendable (UnsafeRawPointer?, Int) -> Int)? {
    guard let convert else { return nil }
    return { rows, count in
      let rows = UnsafeBufferPointer(start: rows?.assumingMemoryBound(to: Row.self), count: count)
      return map.insertEntries(rows) { convert($0) }
    }
  }

  private static func export<Key, Value, Row: BitwiseCopyable>(
    _ map: ConcurrentMap<Key, Value>,
    _ convert: ((key: Key, value: Value), borrowing ForeignArena) throws(MemoryError) -> Row,
    to result: UnsafeMutablePointer<belay_export>
  ) -> belay_status {
    let made: ForeignExport<Row>
    do throws(MemoryError) { made = try ForeignExport(map, convert) } catch { return CStatus.outOfMemory }
    do throws(HandleError) { result.pointee = try made.handOver() } catch { return error.status }
    return CStatus.ok
  }

  private static func stream<Key, Value, Row: BitwiseCopyable>(
    _ map: ConcurrentMap<Key, Value>, batch: Int,
    _ convert: ((key: Key, value: Value), borrowing ForeignArena) throws(MemoryError) -> Row,
    to receive: (UnsafeMutableRawPointer?, Int) -> Bool
  ) -> belay_status {
    var wasStopped = false
    do throws(MemoryError) {
      try ForeignExport<Row>.stream(map, batch: batch, convert) { rows in
        wasStopped = !receive(UnsafeMutableRawPointer(rows.baseAddress), rows.count)
        return !wasStopped
      }
    } catch { return CStatus.outOfMemory }
    return wasStopped ? CStatus.stopped : CStatus.ok
  }
}

/// What the functions of `belay.h` do with a map.
final class CMapSource: Sendable {
  let rowBytes: Int
  let count: @Sendable () -> Int
  let export: @Sendable (UnsafeMutablePointer<belay_export>) -> belay_status
  let stream: @Sendable (Int, (UnsafeMutableRawPointer?, Int) -> Bool) -> belay_status
  /// Nil where C may not give entries.
  let store: (@Sendable (UnsafeRawPointer?, Int) -> Int)?

  init(
    rowBytes: Int, count: @escaping @Sendable () -> Int,
    export: @escaping @Sendable (UnsafeMutablePointer<belay_export>) -> belay_status,
    stream: @escaping @Sendable (Int, (UnsafeMutableRawPointer?, Int) -> Bool) -> belay_status,
    store: (@Sendable (UnsafeRawPointer?, Int) -> Int)?
  ) {
    self.rowBytes = rowBytes
    self.count = count
    self.export = export
    self.stream = stream
    self.store = store
  }
}
