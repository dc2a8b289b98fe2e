import BelayMemory
import Locks
import StackTraces

/// A resource that others can depend on: they hold a reference to it until they are freed themselves.
public protocol SharedResource: AnyObject, Sendable {
  /// Adds a reference.
  func retain() throws(ForeignResourceError)
  /// Drops a reference.
  func release() throws(ForeignResourceError)
}

/// A pointer of a C library that many hold, from Swift and from C alike, by one count of references.
///
///     let database = SharedForeignResource(takingOwnershipOf: open(), name: "database") { sqlite3_close($0) }
///     let statement = SharedForeignResource(takingOwnershipOf: prepare(), name: "statement", dependsOn: [database]) {
///       sqlite3_finalize($0)
///     }
///     try database.release()      // sqlite3_close waits for the statement
///     try statement.release()     // sqlite3_finalize, then sqlite3_close
///
/// It begins with one reference, its maker's. At zero the C function runs once, outside of any lock, then the resources that this one depends on lose
/// its reference. A use in `withPointer` holds a reference of its own, so that a release by another thread waits for it. If the object
/// itself goes while references are left, the resource is freed then: nobody could use it any more.
///
/// Thread safety: everything may be called from any thread. Whether two threads may use the pointer at once is the C library's matter.
public final class SharedForeignResource<Pointee>: SharedResource, @unchecked Sendable {
  // Sendable holds as all that changes is reached under the lock.
  private let mutex = Mutex()
  private let pointer: UnsafeMutablePointer<Pointee>
  private let destroy: @Sendable (UnsafeMutablePointer<Pointee>) -> Void
  private let tracked: TrackedResource?
  private var references = 1
  private var dependencies: [any SharedResource]
  private var releasedBy: StackTrace?

  /// What errors call it.
  public let name: String

  /// Takes a pointer over.
  ///
  /// - Parameters:
  ///   - pointer: What C handed out.
  ///   - name: What errors call it.
  ///   - dependsOn: Resources that must outlive this one; it holds a reference to each until it is freed.
  ///   - destroy: Frees it; called once.
  /// - Precondition: The resources that it depends on have not been released.
  public convenience init(
    takingOwnershipOf pointer: UnsafeMutablePointer<Pointee>, name: String = "\(Pointee.self)",
    dependsOn: [any SharedResource] = [], destroy: @escaping @Sendable (UnsafeMutablePointer<Pointee>) -> Void
  ) {
    self.init(pointer, name, dependsOn, ResourceTracking.made(pointer, name: name), destroy)
  }

  init(
    _ pointer: UnsafeMutablePointer<Pointee>, _ name: String, _ dependsOn: [any SharedResource],
    _ tracked: TrackedResource?, _ destroy: @escaping @Sendable (UnsafeMutablePointer<Pointee>) -> Void
  ) {
    for dependency in dependsOn {
      do { try dependency.retain() } catch {
        preconditionFailure("Belay: \(name) depends on a dead resource: \(error)")
      }
    }
    self.pointer = pointer
    self.name = name
    self.destroy = destroy
    dependencies = dependsOn
    self.tracked = tracked
  }

  deinit {
    guard references > 0 else { return }
    if let tracked { _ = ResourceTracking.released(tracked) }
    end()
  }

  private var made: StackTrace? { tracked?.made }

  /// Adds a reference.
  ///
  /// - Throws: `released`.
  /// - Complexity: O(1).
  public func retain() throws(ForeignResourceError) {
    try mutex.locked { () throws(ForeignResourceError) in
      guard references > 0 else { throw .released(name: name, made: made, released: releasedBy) }
      references += 1
    }
  }

  /// Drops a reference; the last one frees the resource, and then lets go of those that it depends on.
  ///
  /// - Throws: `overReleased`.
  /// - Complexity: O(1), beside what is freed.
  public func release() throws(ForeignResourceError) {
    let isLast = try mutex.locked { () throws(ForeignResourceError) in
      guard references > 0 else { throw .overReleased(name: name, made: made, released: releasedBy) }
      references -= 1
      if references == 0, let tracked { releasedBy = ResourceTracking.released(tracked) }
      return references == 0
    }
    if isLast { end() }
  }

  /// Frees the pointer, then drops what it depended on. Once: by whoever brought the count to zero.
  private func end() {
    destroy(pointer)
    let held = mutex.locked { () -> [any SharedResource] in
      defer { dependencies = [] }
      return dependencies
    }
    for dependency in held.reversed() {
      do { try dependency.release() } catch {
        preconditionFailure("Belay: \(name) lost a resource that it depends on: \(error)")
      }
    }
  }

  /// Lends the pointer to a function, with a reference held meanwhile. The pointer must not leave the function.
  ///
  /// - Throws: `released`; what the function throws is its own business: it returns a `Result` where it needs to.
  /// - Complexity: O(1).
  public func withPointer<Value>(
    _ body: (UnsafeMutablePointer<Pointee>) -> Value
  ) throws(ForeignResourceError) -> Value {
    try retain()
    let value = body(pointer)
    try release()
    return value
  }

  /// The pointer, unless it has been freed; good as long as the caller holds a reference.
  var pointerWhileHeld: UnsafeMutablePointer<Pointee>? { mutex.locked { references > 0 ? pointer : nil } }

  /// Whether it has been freed.
  public var isReleased: Bool { mutex.locked { references == 0 } }
}
