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
    sqlite3_exec(opened, "CREATE TABLE t (n INTEGER)", nil, nil, nil)
    do {
      let counter = ChangeCounter()
      let context = try hooks.register { counter.rowChanged() }
      sqlite3_update_hook(
        opened, { context, _, _, _, _ in UpdateHook.hooks.call(context) { $0() } }, context.pointer)
      sqlite3_exec(opened, "INSERT INTO t VALUES (1)", nil, nil, nil)
      print("changes: \(counter.changes)")
      context.cancel()
    }
    // The counter is gone, and the hook still there: nothing happens, and it is counted.
    sqlite3_exec(opened, "INSERT INTO t VALUES (2)", nil, nil, nil)
    print("late calls: \(hooks.lateCalls)")
    sqlite3_close(opened)
  }
}
