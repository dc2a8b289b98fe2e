import Belay
import CSQLite
import Synchronization

/// Counts the rows that change.
final class ChangeCounter: Sendable {
  private let count = Atomic<Int>(0)
  var changes: Int { count.load(ordering: .relaxed) }
  func rowChanged() { count.add(1, ordering: .relaxed) }
}

/// The same with a handle as context: SQLite keeps a number, and a hook that fires too late finds nothing.
@main
enum UpdateHook {
  static let hooks = CallbackContexts<@Sendable () -> Void>(name: "update hooks")

  static func main() throws {
    var opened: OpaquePointer?
    guard sqlite3_open(":memory:", &opened) == SQLITE_OK, let opened else { fatalError("no database") }
    let database = SharedForeignResource(takingOwnershipOf: opened, name: "database") { sqlite3_close($0) }
    var prepared: OpaquePointer?
    sqlite3_exec(opened, "CREATE TABLE t (n INTEGER)", nil, nil, nil)
    guard sqlite3_prepare_v2(opened, "INSERT INTO t VALUES (?)", -1, &prepared, nil) == SQLITE_OK, let prepared else {
      fatalError("no statement")
    }
    // The database stays open until its statement is finalized, in whatever order they are let go.
    let insert = SharedForeignResource(takingOwnershipOf: prepared, name: "statement", dependsOn: [database]) {
      sqlite3_finalize($0)
    }
    do {
      let counter = ChangeCounter()
      let context = try hooks.register { counter.rowChanged() }
      _ = try database.withPointer { (database: OpaquePointer) in
        sqlite3_update_hook(
          database, { context, _, _, _, _ in UpdateHook.hooks.call(context) { $0() } }, context.pointer)
      }
      try run(insert, 1)
      print("changes: \(counter.changes)")
      context.cancel()
    }
    // The counter is gone, and the hook still there: nothing happens, and it is counted.
    try database.release()
    try run(insert, 2)
    print("late calls: \(hooks.lateCalls)")
    try insert.release()
    print("database closed: \(database.isReleased)")
  }

  static func run(_ insert: SharedForeignResource<OpaqueStruct>, _ number: Int32) throws {
    try insert.withPointer { (insert: OpaquePointer) in
      sqlite3_bind_int(insert, 1, number)
      guard sqlite3_step(insert) == SQLITE_DONE else { fatalError("no row") }
      sqlite3_reset(insert)
    }
  }
}
