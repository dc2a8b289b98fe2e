import BelayMemory

/// A batch of rows that is handed on when it is full, with the arena that its strings lie in.
struct RowStream<Row: BitwiseCopyable>: ~Copyable {
  private let batch: Int
  private var arena: ForeignArena?
  private var rows: UnsafeMutableBufferPointer<Row>?
  private var count = 0

  /// Rows that have been handed on.
  private(set) var sent = 0

  init(batch: Int) {
    precondition(batch > 0, "Belay: a batch of \(batch)")
    self.batch = batch
  }

  /// Adds a row. False when the receiver wants no more.
  mutating func append(
    convert: (borrowing ForeignArena) throws(MemoryError) -> Row, _ receive: (UnsafeMutableBufferPointer<Row>) -> Bool
  ) throws(MemoryError) -> Bool {
    if rows == nil {
      let fresh = ForeignArena(name: "a batch")
      rows = try fresh.room(for: batch, of: Row.self)
      arena = consume fresh
    }
    // Taken out for the time of the call: it is lent, and nothing may change it meanwhile.
    guard let lent = arena.take(), let rows else { preconditionFailure("Belay: a batch without memory") }
    rows.baseAddress.unsafelyUnwrapped.advanced(by: count).initialize(to: try convert(lent))
    arena = consume lent
    count += 1
    return count < batch ? true : try flush(receive)
  }

  /// Hands on what there is, and ends the batch.
  @discardableResult
  mutating func flush(_ receive: (UnsafeMutableBufferPointer<Row>) -> Bool) throws(MemoryError) -> Bool {
    guard let full = rows, count > 0 else { return true }
    let goesOn = receive(UnsafeMutableBufferPointer(start: full.baseAddress, count: count))
    sent += count
    count = 0
    rows = nil
    arena = nil
    return goesOn
  }
}
