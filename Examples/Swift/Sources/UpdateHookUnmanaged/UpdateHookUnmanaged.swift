import CSQLite

/// Counts the rows that change.
final class ChangeCounter {
  private(set) var changes = 0
  func rowChanged() { changes += 1 }
}

/// The usual way, with its fault: SQLite keeps an address of the counter, and nobody tells it when the counter goes.
@main
enum UpdateHookUnmanaged {
  static func main() {
    var database: OpaquePointer?
    guard sqlite3_open(":memory:", &database) == SQLITE_OK else { fatalError("no database") }
    sqlite3_exec(database, "CREATE TABLE t (n INTEGER)", nil, nil, nil)
    do {
      let counter = ChangeCounter()
      let context = Unmanaged.passUnretained(counter).toOpaque()
      sqlite3_update_hook(
        database,
        { context, _, _, _, _ in Unmanaged<ChangeCounter>.fromOpaque(context!).takeUnretainedValue().rowChanged() },
        context)
      sqlite3_exec(database, "INSERT INTO t VALUES (1)", nil, nil, nil)
      print("changes: \(counter.changes)")
    }
    // The counter is gone, the hook is not: this writes to freed memory. Address Sanitizer says so; without it, anything may happen.
    sqlite3_exec(database, "INSERT INTO t VALUES (2)", nil, nil, nil)
    sqlite3_close(database)
  }
}
