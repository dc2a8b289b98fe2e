import BelayMemory
import CBelay

/// Memory that C is handed: arrays of C structs, strings and the entries of maps, which lie in one region and end in one step.
///
///     try ForeignArena.with { arena in
///       let points = try arena.array([Point(x: 1, y: 2), Point(x: 3, y: 4)])
///       let title = try arena.string("route")
///       draw(points.pointer, points.count, title.pointer)
///     }                                                       // all of it ends here
///
/// How long C may keep a pointer is in the types:
///
/// | C keeps it | how |
/// |---|---|
/// | for one call | `ForeignArena.with`: what lies in the arena cannot leave the closure |
/// | until its owner says so | the arena is a value that cannot be copied, with `end()`; what lies in it is reached in `fill`, and cannot leave it but as C's pointer |
/// | as long as C likes | `handOver()`: the arena becomes C's, which ends it with `belay_arena_end` |
///
/// An array or a string of the arena cannot be stored anywhere, and a function that holds one cannot end the arena: the compiler refuses it. (That of Swift 6.3
/// refuses it even after the last use; therefore `fill`, of which nothing is left when it returns.)
///
/// Thread safety: several threads may take memory from one arena; to end it, it must be the one owner's.
public struct ForeignArena: ~Copyable, Sendable {
  /// Nil when C has it.
  private var region: Arena?

  /// Makes an empty arena.
  ///
  /// - Parameters:
  ///   - name: What messages call it.
  ///   - chunkBytes: The size of the first piece of memory that it takes; pieces grow up to 64 MiB.
  public init(name: String = "arena for C", chunkBytes: Int = 16 * 1024) {
    region = Arena(name: name, chunkBytes: chunkBytes)
  }

  init(region: Arena) { self.region = region }

  deinit { region?.free() }

  /// Lends an arena to a function, and ends it with all that lies in it when the function returns or throws.
  ///
  /// - Returns: What the function returns, which cannot be an array or a string of the arena.
  public static func with<Result: ~Copyable, Failure: Error>(
    name: String = "arena for C", _ body: (borrowing ForeignArena) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let arena = ForeignArena(name: name)
    return try body(arena)
  }

  /// Lends the arena to a function that puts things into it; they stay until the arena ends.
  ///
  /// - Returns: What the function returns, which cannot be an array or a string of the arena.
  public borrowing func fill<Result: ~Copyable, Failure: Error>(
    _ body: (borrowing ForeignArena) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(self)
  }

  /// Bytes that lie in it.
  public var usedBytes: Int { live.usedBytes }

  /// Ends the arena: no pointer into it is good any more.
  ///
  /// - Complexity: Linear in the number of its pieces, which is logarithmic in the bytes.
  public consuming func end() {}

  /// Makes the arena C's: pointers into it are good until C calls `belay_arena_end` with the handle.
  ///
  /// - Throws: As `HandleTable.insert`; then the arena has ended.
  public consuming func handOver() throws(HandleError) -> belay_handle {
    let handle = try CTables.arenas.insert(CArena(live)).rawValue
    region = nil
    return handle
  }

  private var live: Arena {
    guard let region else { preconditionFailure("Belay: an arena was used after it was handed over") }
    return region
  }

  // MARK: What lies in it

  /// An array whose bytes are all zero.
  ///
  /// - Throws: `outOfMemory`.
  /// - Complexity: O(1) besides the pages that are touched for the first time.
  @_lifetime(borrow self)
  public borrowing func zeros<Element: BitwiseCopyable>(
    _ count: Int, of type: Element.Type
  ) throws(MemoryError) -> ForeignArray<Element> {
    ForeignArray(try Self.room(for: count, of: type, in: live), in: self)
  }

  /// A copy of elements as a C array.
  ///
  /// - Throws: `outOfMemory`.
  /// - Complexity: Linear in the number of elements.
  @_lifetime(borrow self)
  public borrowing func array<Element: BitwiseCopyable>(
    _ elements: some Collection<Element>
  ) throws(MemoryError) -> ForeignArray<Element> {
    let room = try Self.room(for: elements.count, of: Element.self, in: live)
    let written = room.initialize(fromContentsOf: elements)
    precondition(written == room.count, "Belay: a collection has fewer elements than it says")
    return ForeignArray(room, in: self)
  }

  /// A C array with an element for each of a sequence, such as the entries of a map.
  ///
  ///     let rows = try arena.array(of: sessions, as: c_session.self) { entry, arena throws(MemoryError) in
  ///       c_session(name: try arena.string(entry.key).pointer, age: entry.value.age)
  ///     }
  ///
  /// - Parameter convert: Makes an element; strings that it points to come from the same arena.
  /// - Throws: `outOfMemory`.
  /// - Complexity: Linear in the number of elements.
  @_lifetime(borrow self)
  public borrowing func array<Source: Sequence, Element: BitwiseCopyable>(
    of source: Source, as type: Element.Type,
    _ convert: (Source.Element, borrowing ForeignArena) throws(MemoryError) -> Element
  ) throws(MemoryError) -> ForeignArray<Element> {
    var rows = RowBuffer<Element>(reserving: source.underestimatedCount)
    for element in source { try rows.append(try convert(element, self)) }
    return ForeignArray(try rows.placed(in: live), in: self)
  }

  /// A copy of a string as UTF-8, with a zero behind it.
  ///
  /// - Throws: `outOfMemory`.
  /// - Complexity: Linear in the number of bytes.
  @_lifetime(borrow self)
  public borrowing func string(_ text: String) throws(MemoryError) -> ForeignString {
    ForeignString(try Self.place(text, in: live), in: self)
  }

  /// Copies of strings as C's list of strings: a pointer for each, and a null pointer behind them, as `argv` has it.
  ///
  /// - Throws: `outOfMemory`.
  /// - Complexity: Linear in the number of bytes.
  @_lifetime(borrow self)
  public borrowing func strings(
    _ texts: some Collection<String>
  ) throws(MemoryError) -> ForeignArray<UnsafePointer<CChar>?> {
    let room = try Self.room(for: texts.count + 1, of: UnsafePointer<CChar>?.self, in: live)
    var next = 0
    for text in texts {
      room[next] = try Self.place(text, in: live).bytes
      next += 1
    }
    room[next] = nil
    // Without the null pointer: it is behind the last element, as the zero is behind a string.
    return ForeignArray(UnsafeMutableBufferPointer(start: room.baseAddress, count: next), in: self)
  }

  borrowing func room<Element: BitwiseCopyable>(
    for count: Int, of type: Element.Type
  ) throws(MemoryError) -> UnsafeMutableBufferPointer<Element> {
    try Self.room(for: count, of: type, in: live)
  }

  /// A copy of rows as one array.
  borrowing func room<Element: BitwiseCopyable>(
    for rows: borrowing RowBuffer<Element>
  ) throws(MemoryError) -> UnsafeMutableBufferPointer<Element> {
    try rows.placed(in: live)
  }

  /// Room for elements, all of it zero. It has an address also when there are none.
  static func room<Element: BitwiseCopyable>(
    for count: Int, of type: Element.Type, in region: Arena
  ) throws(MemoryError) -> UnsafeMutableBufferPointer<Element> {
    let (byteCount, tooMany) = MemoryLayout<Element>.stride.multipliedReportingOverflow(by: count)
    guard count >= 0, !tooMany else { throw .outOfMemory(byteCount: .max) }
    let block = try region.allocate(byteCount: max(1, byteCount), alignment: MemoryLayout<Element>.alignment)
    return UnsafeMutableBufferPointer(start: block.base.bindMemory(to: type, capacity: count), count: count)
  }

  static func place(_ text: String, in region: Arena) throws(MemoryError) -> belay_string {
    var text = text
    // `withUTF8` does not pass typed errors on.
    let placed: Result<belay_string, MemoryError> = text.withUTF8 { bytes in
      Result { () throws(MemoryError) in
        let room = try Self.room(for: bytes.count + 1, of: UInt8.self, in: region)
        _ = room.initialize(from: bytes)
        let start = UnsafeRawPointer(room.baseAddress.unsafelyUnwrapped).assumingMemoryBound(to: CChar.self)
        return belay_string(bytes: start, length: bytes.count)
      }
    }
    return try placed.get()
  }
}
