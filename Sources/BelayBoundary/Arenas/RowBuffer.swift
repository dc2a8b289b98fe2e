import BelayMemory

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Rows of unknown number, until there is a place for them: growing memory that says when there is none.
struct RowBuffer<Row: BitwiseCopyable>: ~Copyable {
  private var rows: UnsafeMutablePointer<Row>?
  private(set) var count = 0
  private var capacity = 0
  private let reserved: Int

  init(reserving reserved: Int = 0) { self.reserved = reserved }

  deinit { free(rows) }

  mutating func append(_ row: Row) throws(MemoryError) {
    if count == capacity {
      let wanted = max(capacity * 2, reserved, 16)
      let byteCount = wanted * MemoryLayout<Row>.stride
      guard let grown = realloc(rows, byteCount) else { throw .outOfMemory(byteCount: byteCount) }
      rows = grown.bindMemory(to: Row.self, capacity: wanted)
      capacity = wanted
    }
    rows.unsafelyUnwrapped.advanced(by: count).initialize(to: row)
    count += 1
  }

  /// The rows as one array in a region.
  borrowing func placed(in region: Arena) throws(MemoryError) -> UnsafeMutableBufferPointer<Row> {
    let room = try ForeignArena.room(for: count, of: Row.self, in: region)
    _ = room.initialize(fromContentsOf: UnsafeBufferPointer(start: rows, count: count))
    return room
  }
}
