import BelayMap
import CBelay

// Entries that come from C: arrays of structs, at once or a batch at a time.

extension BucketMap {
  /// Stores an entry for each C struct of an array. A key that is there already gets the new value.
  ///
  ///     sessions.insertEntries(UnsafeBufferPointer(start: rows, count: count)) { row in
  ///       String(row.name).map { (key: $0, value: Session(age: row.age)) }
  ///     }
  ///
  /// - Parameters:
  ///   - rows: The structs; they stay C's, so `convert` copies what it keeps.
  ///   - convert: Makes an entry of a struct; nil leaves the struct out.
  /// - Returns: How many structs made an entry.
  /// - Throws: What `convert` throws; entries before stay.
  /// - Complexity: Linear in the number of structs.
  @discardableResult
  public func insertEntries<Row, Failure: Error>(
    _ rows: UnsafeBufferPointer<Row>, _ convert: (Row) throws(Failure) -> (key: Key, value: Value)?
  ) throws(Failure) -> Int {
    try ForeignRows.convert(rows, convert) { key, value in self[key] = value }
  }

  /// Stores entries that C gives a batch at a time; there is memory for one batch only.
  ///
  /// - Parameters:
  ///   - batch: How many structs `next` has room for.
  ///   - next: Fills the room from its start, and returns how many structs it wrote; 0 ends the import.
  ///   - convert: Makes an entry of a struct; nil leaves the struct out.
  /// - Returns: How many structs made an entry.
  /// - Throws: What `convert` throws; entries before stay.
  /// - Complexity: Linear in the number of structs.
  @discardableResult
  public func insertEntries<Row: BitwiseCopyable, Failure: Error>(
    batch: Int = 256, from next: (UnsafeMutableBufferPointer<Row>) -> Int,
    _ convert: (Row) throws(Failure) -> (key: Key, value: Value)?
  ) throws(Failure) -> Int {
    try ForeignRows.read(batch, next) { (rows) throws(Failure) in try insertEntries(rows, convert) }
  }
}

extension ConcurrentMap {
  /// Stores an entry for each C struct of an array; see `BucketMap.insertEntries`. Other threads may use the map meanwhile.
  ///
  /// - Throws: What `convert` throws; entries before stay.
  /// - Complexity: Linear in the number of structs.
  @discardableResult
  public func insertEntries<Row, Failure: Error>(
    _ rows: UnsafeBufferPointer<Row>, _ convert: (Row) throws(Failure) -> (key: Key, value: Value)?
  ) throws(Failure) -> Int {
    try ForeignRows.convert(rows, convert) { key, value in store(value, forKey: key) }
  }

  /// Stores entries that C gives a batch at a time; see `BucketMap.insertEntries`.
  ///
  /// - Throws: What `convert` throws; entries before stay.
  /// - Complexity: Linear in the number of structs.
  @discardableResult
  public func insertEntries<Row: BitwiseCopyable, Failure: Error>(
    batch: Int = 256, from next: (UnsafeMutableBufferPointer<Row>) -> Int,
    _ convert: (Row) throws(Failure) -> (key: Key, value: Value)?
  ) throws(Failure) -> Int {
    try ForeignRows.read(batch, next) { (rows) throws(Failure) in try insertEntries(rows, convert) }
  }
}

/// Structs of C, on their way into a map.
private enum ForeignRows {
  /// Stores the entry of each struct that makes one.
  ///
  /// - Returns: How many did.
  static func convert<Row, Key, Value, Failure: Error>(
    _ rows: UnsafeBufferPointer<Row>, _ convert: (Row) throws(Failure) -> (key: Key, value: Value)?,
    _ store: (Key, Value) -> Void
  ) throws(Failure) -> Int {
    var stored = 0
    for row in rows {
      guard let (key, value) = try convert(row) else { continue }
      store(key, value)
      stored += 1
    }
    return stored
  }

  /// Stores batch after batch, in the room for one.
  static func read<Row: BitwiseCopyable, Failure: Error>(
    _ batch: Int, _ next: (UnsafeMutableBufferPointer<Row>) -> Int,
    _ store: (UnsafeBufferPointer<Row>) throws(Failure) -> Int
  ) throws(Failure) -> Int {
    precondition(batch > 0, "Belay: a batch of \(batch)")
    let room = UnsafeMutableBufferPointer<Row>.allocate(capacity: batch)
    defer { room.deallocate() }
    // C may leave parts of a struct unwritten.
    UnsafeMutableRawBufferPointer(room).initializeMemory(as: UInt8.self, repeating: 0)
    var stored = 0
    while true {
      let count = next(room)
      precondition(count >= 0 && count <= batch, "Belay: \(count) structs in a batch of \(batch)")
      if count == 0 { return stored }
      stored += try store(UnsafeBufferPointer(rebasing: room[..<count]))
    }
  }
}
