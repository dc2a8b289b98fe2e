import BelayMemory
import CEpoch
import Synchronization

/// Objects by handles: what C gets instead of a pointer.
///
///     let sessions = HandleTable<Session>(name: "sessions")
///     let handle = try sessions.insert(Session())
///     c_library_set_callback(library, handle.context) { context in
///       // Later, from any thread. Nil, and no crash, once the session has been removed.
///       guard let handle = Handle<Session>(context) else { return }
///       try? sessions.withObject(handle) { $0.progress() }
///     }
///     …
///     try sessions.remove(handle)
///
/// A handle keeps its object alive until as many `release` have come as there were `insert` and `retain`, or until `remove`. A handle that is
/// over, that was made up, or that belongs to another table is an error with a name, and never another object.
///
/// Thread safety: everything may be called from any thread at any time, also from the end of an object and while a thread ends. Reading takes no
/// lock and writes nothing that other threads read.
///
/// When an object ends: its last reference is dropped outside of any lock, exactly once, when no `withObject` can still see it. While only one thread
/// uses handle tables that is within `release` or `remove`. Otherwise objects wait a short time: they end on the releasing thread with a later release (about
/// every thousandth), in `reclaim`, or on a thread of Belay's own within some ten milliseconds; `Reclamation.byCaller` keeps that thread away.
/// A `withObject` that does not return holds up the objects of its own table only.
///
/// Memory: 16 bytes a slot, in pages that go back to the system when the table becomes smaller; nothing is allocated for a handle.
public final class HandleTable<Object: AnyObject & Sendable>: Sendable {
  /// Who may end objects that had to wait for readers.
  public enum Reclamation: Sendable {
    /// Threads that release, and Belay's own thread within some ten milliseconds.
    case automatic
    /// Only threads that release, and those that call `reclaim`.
    case byCaller
  }

  @usableFromInline let core: HandleCore

  /// Makes an empty table.
  ///
  /// - Parameters:
  ///   - name: What reports call it.
  ///   - reclamation: Who may end objects that had to wait for readers.
  /// - Complexity: O(1). There may be any number of tables; of 2047 tables that were made one after the other each has a tag of its own.
  public init(name: String = "handles", reclamation: Reclamation = .automatic) {
    core = HandleCore(name: name, sweeps: reclamation == .automatic, end: Self.end)
  }

  /// For tests: a table whose limits are near.
  init(
    name: String = "handles", reclamation: Reclamation = .automatic, generations: UInt32,
    segments: Int = HandleHot.segmentCount, allocator: any BucketAllocator = SystemAllocator.shared
  ) {
    core = HandleCore(
      name: name, sweeps: reclamation == .automatic, generations: generations, segments: segments, allocator: allocator,
      end: Self.end)
  }

  /// Ends all objects that are left; their handles are foreign to every other table.
  deinit { core.close() }

  private static var end: @Sendable (UInt) -> Void {
    { Unmanaged<AnyObject>.fromOpaque(UnsafeRawPointer(bitPattern: $0).unsafelyUnwrapped).release() }
  }

  /// What reports call the table.
  public var name: String { core.name }

  // MARK: Handles in and out

  /// Gives an object a handle with one reference.
  ///
  /// The same object may have any number of handles.
  /// - Throws: `exhausted` when 67 108 863 handles are live, `outOfMemory`.
  /// - Complexity: O(1); the table grows without moving anything.
  @inlinable
  public func insert(_ object: consuming Object) throws(HandleError) -> Handle<Object> {
    let held = Unmanaged.passRetained(object)
    do {
      return Handle(rawValue: try core.insert(UInt(bitPattern: held.toOpaque())))
    } catch {
      held.release()
      throw error
    }
  }

  /// Adds a reference to a handle.
  ///
  /// - Throws: `stale`, `forged`, `foreign`, `tooManyReferences`.
  /// - Complexity: O(1).
  @inlinable
  public func retain(_ handle: Handle<Object>) throws(HandleError) { try core.retain(handle.rawValue) }

  /// Drops a reference; with the last one the handle is over.
  ///
  /// - Returns: Whether it was the last.
  /// - Throws: `doubleRelease` if the handle is over already, `forged`, `foreign`.
  /// - Complexity: O(1); see the type for when the object ends.
  @inlinable @discardableResult
  public func release(_ handle: Handle<Object>) throws(HandleError) -> Bool { try core.release(handle.rawValue) }

  /// Ends a handle, however many references it has; those who hold them find it stale.
  ///
  /// - Throws: `doubleRelease` if the handle is over already, `forged`, `foreign`.
  /// - Complexity: O(1); see the type for when the object ends.
  @inlinable
  public func remove(_ handle: Handle<Object>) throws(HandleError) { try core.release(handle.rawValue, all: true) }

  /// Ends a handle, and returns its object.
  ///
  /// - Throws: As `remove`. Of threads that take the same handle one gets the object.
  /// - Complexity: O(1).
  public func take(_ handle: Handle<Object>) throws(HandleError) -> Object {
    let object = try object(for: handle)
    try core.release(handle.rawValue, all: true)
    return object
  }

  // MARK: Reading

  /// Calls a function with the object of a handle, which stays alive until the function returns even if the handle ends meanwhile.
  ///
  /// The cheapest way to use an object. It is for short functions: while one runs, nothing that is removed from this table by any
  /// thread ends. For a long one, or one that calls into C for long, use `object(for:)`. The function may use this table and others, and end the handle itself.
  ///
  /// - Throws: `stale`, `forged`, `foreign`.
  /// - Complexity: O(1), without a lock or an atomic read-modify-write.
  @inlinable @inline(__always)
  public func withObject<Result>(
    _ handle: Handle<Object>, _ body: (Object) -> Result
  ) throws(HandleError) -> Result {
    let pin = belay_epoch_enter(core.hot.domain)
    guard let word = core.object(handle.rawValue) else {
      belay_epoch_leave(pin)
      throw core.failure(handle.rawValue)
    }
    defer { belay_epoch_leave(pin) }
    return Self.reference(word)._withUnsafeGuaranteedRef { body($0) }
  }

  /// Calls a function that can fail with the object of a handle; see the other form.
  ///
  /// - Throws: `HandleError`, or what the function throws.
  @inlinable @_disfavoredOverload
  public func withObject<Result>(_ handle: Handle<Object>, _ body: (Object) throws -> Result) throws -> Result {
    try withObject(handle) { object in Swift.Result { try body(object) } }.get()
  }

  /// The object of a handle, as a reference of its own: for long uses, and to keep.
  ///
  /// - Throws: `stale`, `forged`, `foreign`.
  /// - Complexity: O(1), with one atomic read-modify-write, on the object.
  @inlinable
  public func object(for handle: Handle<Object>) throws(HandleError) -> Object {
    let pin = belay_epoch_enter(core.hot.domain)
    guard let word = core.object(handle.rawValue) else {
      belay_epoch_leave(pin)
      throw core.failure(handle.rawValue)
    }
    let object = Self.reference(word).takeUnretainedValue()
    belay_epoch_leave(pin)
    return object
  }

  /// The object of a handle, or nil if the handle is over or none of this table's.
  ///
  /// - Complexity: O(1).
  @inlinable
  public subscript(handle: Handle<Object>) -> Object? { try? object(for: handle) }

  /// Whether the handle is live; another thread may end it the moment after.
  ///
  /// - Complexity: O(1).
  public func contains(_ handle: Handle<Object>) -> Bool { (try? withObject(handle) { _ in }) != nil }

  /// Calls a function with every handle and its object until it returns false, in the order of their slots.
  ///
  /// A handle that is live from the start to the end is visited exactly once; one that is made or ends meanwhile, at most once. The function may use the
  /// table; each object is kept alive during its turn.
  /// - Complexity: Linear in the number of slots that have pages.
  public func forEach<Failure: Error>(
    _ body: (Handle<Object>, Object) throws(Failure) -> Bool
  ) throws(Failure) {
    for range in core.mutex.locked({ core.depot.carvedRanges }) {
      for index in range {
        guard let word = core.handle(at: index), let object = self[Handle(rawValue: word)] else { continue }
        guard try body(Handle(rawValue: word), object) else { return }
      }
    }
  }

  @inlinable @inline(__always)
  static func reference(_ word: UInt) -> Unmanaged<Object> {
    // A live slot's object is never null: it came from `passRetained`.
    Unmanaged.fromOpaque(UnsafeRawPointer(bitPattern: word).unsafelyUnwrapped)
  }

  // MARK: The table as a whole

  /// The number of live handles; exact while nobody makes or ends one.
  ///
  /// - Complexity: Linear in the number of threads that use the table.
  public var count: Int { core.statistics.live }

  /// What the table has and what it waits for.
  ///
  /// - Complexity: Linear in the number of threads that use the table.
  public var statistics: HandleTableStatistics { core.statistics }

  /// Ends all objects that no reader can hold any more, whichever thread removed them.
  ///
  /// - Returns: How many still wait: for a `withObject` that has not returned, or because another thread is at ending them.
  /// - Complexity: Linear in the number of objects, and of threads.
  @discardableResult
  public func reclaim() -> Int { core.sweep().waiting }
}
