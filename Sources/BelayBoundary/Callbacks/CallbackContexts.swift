import BelayMemory
import Synchronization

/// Closures as contexts of C callbacks: C gets a handle as `void *`, and the `@convention(c)` function finds the closure by it.
///
///     let rows = CallbackContexts<(Int32) -> Void>(name: "rows")
///     let context = try rows.register { print($0) }
///     c_library_each(library, { context, row in rows.call(context) { $0(row) } }, context.pointer)
///     …
///     context.cancel()
///
/// A callback that comes after `cancel`, or after the one call of a one-shot context, finds nothing: nothing happens, and it is counted in `lateCalls`.
/// What a closure has captured is released when the context ends and no call runs any more.
///
/// Thread safety: everything may be called from any thread. A call that is running when its context is cancelled runs to its end.
public final class CallbackContexts<Function: Sendable>: Sendable {
  /// How often a context may be called.
  public enum Kind: Sendable {
    /// Once: the first call ends the context.
    case once
    /// Until it is cancelled.
    case repeated
  }

  @usableFromInline let table: HandleTable<CallbackEntry<Function>>
  private let late = Atomic<Int>(0)

  /// Makes a set without contexts.
  ///
  /// - Parameter name: What reports call it.
  public init(name: String = "callbacks") { table = HandleTable(name: name) }

  /// Registers a function.
  ///
  /// - Parameters:
  ///   - kind: How often it may be called.
  ///   - function: What the callback is to call.
  /// - Returns: The context; it stays registered until it is cancelled or used up, whether or not the value is kept.
  /// - Throws: As `HandleTable.insert`.
  /// - Complexity: O(1).
  public func register(_ kind: Kind = .repeated, _ function: Function) throws(HandleError) -> CallbackContext<Function>
  {
    CallbackContext(handle: try table.insert(CallbackEntry(kind == .once, function)), table: table)
  }

  /// Finds the function of a context and calls a function with it; for the body of a `@convention(c)` function.
  ///
  /// - Parameters:
  ///   - context: What C hands back.
  ///   - body: Gets the registered function. It may cancel the context, and register others.
  /// - Returns: What the body returned, or nil for a late call: the context is cancelled, used up, null, or none of these.
  /// - Complexity: O(1) beside the body.
  @inlinable @discardableResult
  public func call<Result, Failure: Error>(
    _ context: UnsafeMutableRawPointer?, _ body: (Function) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    // A reference of its own, as the body may take long.
    guard let handle = Handle<CallbackEntry<Function>>(context), let entry = table[handle], entry.mayRun() else {
      countLate()
      return nil
    }
    if entry.isOneShot { _ = try? table.remove(handle) }
    return try body(entry.function)
  }

  @usableFromInline @inline(never)
  func countLate() { late.add(1, ordering: .relaxed) }

  /// Calls that found no function.
  public var lateCalls: Int { late.load(ordering: .relaxed) }

  /// Contexts that may still be called.
  ///
  /// - Complexity: As `HandleTable.count`.
  public var count: Int { table.count }
}

/// A registered function.
@usableFromInline
final class CallbackEntry<Function: Sendable>: Sendable {
  @usableFromInline let isOneShot: Bool
  @usableFromInline let function: Function
  @usableFromInline let wasUsed = Atomic<Bool>(false)

  init(_ isOneShot: Bool, _ function: Function) {
    self.isOneShot = isOneShot
    self.function = function
  }

  /// Whether a call may go on: always, or once.
  @inlinable
  func mayRun() -> Bool { !isOneShot || !wasUsed.exchange(true, ordering: .acquiringAndReleasing) }
}

/// A function that C can call back through its context.
public struct CallbackContext<Function: Sendable>: Sendable {
  let handle: Handle<CallbackEntry<Function>>
  let table: HandleTable<CallbackEntry<Function>>

  /// What C keeps as `void *`. Not an address: C must not dereference it.
  public var pointer: UnsafeMutableRawPointer { handle.context }

  /// Whether a call would find the function.
  public var isRegistered: Bool { table.contains(handle) }

  /// Ends the context. Later calls find nothing; one that is running goes on.
  ///
  /// - Returns: Whether the context was there to cancel: false if it was cancelled or used up before.
  /// - Complexity: O(1).
  @discardableResult
  public func cancel() -> Bool { (try? table.remove(handle)) != nil }
}
