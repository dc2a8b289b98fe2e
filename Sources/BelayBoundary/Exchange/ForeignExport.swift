import BelayMap
import BelayMemory
import CBelay

/// Copies of entries as an array of C structs with the strings that they point to, in one piece that can be given to C.
///
///     let export = try ForeignExport<c_session>(sessions) { entry, arena throws(MemoryError) in
///       c_session(name: try arena.string(entry.key).cString, age: entry.value.age)
///     }
///     c_library_take(try export.handOver())       // C frees it with one belay_export_free
///
/// What is exported stays as it was, whatever becomes of the map. Until it is handed over, the export is Swift's and ends with its value.
public struct ForeignExport<Entry: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  // Sendable holds as there is one owner of the memory that the pointer leads to.
  private let arena: ForeignArena
  private let rows: UnsafeMutableBufferPointer<Entry>

  private init(_ arena: consuming ForeignArena, _ buffer: borrowing RowBuffer<Entry>) throws(MemoryError) {
    rows = try arena.room(for: buffer)
    self.arena = arena
  }

  /// Exports the entries of a map, or the elements of any sequence.
  ///
  /// - Parameters:
  ///   - source: What is exported.
  ///   - name: What messages call it.
  ///   - convert: Makes a C struct of an element; strings that it points to come from the arena that it is given.
  /// - Throws: `outOfMemory`.
  /// - Complexity: Linear in the number of elements.
  public init<Source: Sequence>(
    _ source: Source, name: String = "export",
    _ convert: (Source.Element, borrowing ForeignArena) throws(MemoryError) -> Entry
  ) throws(MemoryError) {
    let arena = ForeignArena(name: name)
    var buffer = RowBuffer<Entry>(reserving: source.underestimatedCount)
    for element in source { try buffer.append(try convert(element, arena)) }
    try self.init(arena, buffer)
  }

  /// Exports the entries of a concurrent map, each as it is at some time during the call; see the other form.
  ///
  /// - Throws: `outOfMemory`.
  /// - Complexity: Linear in the number of entries.
  public init<Key, Value>(
    _ map: ConcurrentMap<Key, Value>, name: String = "export",
    _ convert: ((key: Key, value: Value), borrowing ForeignArena) throws(MemoryError) -> Entry
  ) throws(MemoryError) {
    let arena = ForeignArena(name: name)
    var buffer = RowBuffer<Entry>()
    try map.forEach { (key, value) throws(MemoryError) in try buffer.append(try convert((key, value), arena)) }
    try self.init(arena, buffer)
  }

  /// The number of structs.
  public var count: Int { rows.count }

  /// Lends the structs to a function. Pointers must not leave it.
  public func withRows<Result: ~Copyable, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Entry>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(rows)
  }

  /// Makes the export C's, which frees all of it with `belay_export_free`.
  ///
  /// - Throws: As `HandleTable.insert`; then the export has ended.
  public consuming func handOver() throws(HandleError) -> belay_export {
    let rows = rows
    return belay_export(
      entries: rows.baseAddress, count: rows.count, entry_size: MemoryLayout<Entry>.stride,
      owner: try arena.handOver())
  }
}

// MARK: In pieces

extension ForeignExport {
  /// Exports elements a batch at a time: at no time is there memory for more than one batch, however many elements there are.
  ///
  ///     try ForeignExport<c_session>.stream(sessions, batch: 256) { entry, arena throws(MemoryError) in … } to: { rows in
  ///       c_library_feed(library, rows.baseAddress, rows.count) == 0
  ///     }
  ///
  /// - Parameters:
  ///   - source: What is exported.
  ///   - batch: How many structs are handed on at once.
  ///   - convert: Makes a C struct of an element.
  ///   - receive: Gets a batch, which ends with all its strings when the function returns; false stops the stream.
  /// - Returns: How many structs were handed on.
  /// - Throws: `outOfMemory`; what was handed on before stays handed on.
  /// - Complexity: Linear in the number of elements.
  @discardableResult
  public static func stream<Source: Sequence>(
    _ source: Source, batch: Int = 256,
    _ convert: (Source.Element, borrowing ForeignArena) throws(MemoryError) -> Entry,
    to receive: (UnsafeMutableBufferPointer<Entry>) -> Bool
  ) throws(MemoryError) -> Int {
    var stream = RowStream<Entry>(batch: batch)
    for element in source {
      guard try stream.append(convert: { (arena) throws(MemoryError) in try convert(element, arena) }, receive) else {
        return stream.sent
      }
    }
    try stream.flush(receive)
    return stream.sent
  }

  /// Exports the entries of a concurrent map a batch at a time; see the other form. Nothing of the map is held while a batch is handed on.
  ///
  /// - Throws: `outOfMemory`; what was handed on before stays handed on.
  /// - Complexity: Linear in the number of entries.
  @discardableResult
  public static func stream<Key, Value>(
    _ map: ConcurrentMap<Key, Value>, batch: Int = 256,
    _ convert: ((key: Key, value: Value), borrowing ForeignArena) throws(MemoryError) -> Entry,
    to receive: (UnsafeMutableBufferPointer<Entry>) -> Bool
  ) throws(MemoryError) -> Int {
    var stream = RowStream<Entry>(batch: batch)
    var goesOn = true
    try map.range { (key, value) throws(MemoryError) in
      goesOn = try stream.append(
        convert: { (arena) throws(MemoryError) in try convert((key, value), arena) }, receive)
      return goesOn
    }
    if goesOn { try stream.flush(receive) }
    return stream.sent
  }
}
