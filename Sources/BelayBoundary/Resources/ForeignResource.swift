/// A pointer of a C library together with the function that frees it: the one owner, which cannot be copied.
///
///     var statement = ForeignResource(takingOwnershipOf: try prepare(), name: "statement") { sqlite3_finalize($0) }
///     statement.withPointer { sqlite3_step($0) }
///     // freed here, or by `statement.release()`, or never if `statement.giveUp()` hands it on
///
/// The compiler sees that nobody uses it after `release`, `giveUp` or `share`. The pointer itself is lent to closures; it must not leave them.
///
/// Thread safety: one thread at a time, as far as the C library allows it. It may be sent to another.
public struct ForeignResource<Pointee>: ~Copyable, @unchecked Sendable {
  // Sendable holds as there is one owner, and the destroy function is Sendable.
  /// Nil when it has been handed on.
  private var pointer: UnsafeMutablePointer<Pointee>?
  private let name: String
  private let destroy: @Sendable (UnsafeMutablePointer<Pointee>) -> Void
  private let tracked: TrackedResource?

  /// Takes a pointer over: from here on only this resource frees it.
  ///
  /// - Parameters:
  ///   - pointer: What C handed out.
  ///   - name: What errors call it.
  ///   - destroy: Frees it; called once, when the resource ends.
  public init(
    takingOwnershipOf pointer: UnsafeMutablePointer<Pointee>, name: String = "\(Pointee.self)",
    destroy: @escaping @Sendable (UnsafeMutablePointer<Pointee>) -> Void
  ) {
    self.pointer = pointer
    self.name = name
    self.destroy = destroy
    tracked = ResourceTracking.made(pointer, name: name)
  }

  deinit {
    guard let pointer else { return }
    if let tracked { _ = ResourceTracking.released(tracked) }
    destroy(pointer)
  }

  /// Lends the pointer to a function. It must not leave it.
  public func withPointer<Result: ~Copyable, Failure: Error>(
    _ body: (UnsafeMutablePointer<Pointee>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard let pointer else { preconditionFailure("Belay: \(name) was handed on") }
    return try body(pointer)
  }

  /// Frees the resource now.
  public consuming func release() {}

  /// Hands the pointer on without freeing it: the caller owns it.
  public consuming func giveUp() -> UnsafeMutablePointer<Pointee> {
    guard let given = pointer else { preconditionFailure("Belay: \(name) was handed on") }
    pointer = nil
    if let tracked { ResourceTracking.forget(tracked) }
    return given
  }

  /// Makes it a resource that many may hold.
  ///
  /// - Parameter dependsOn: Resources that must be freed after this one, such as the database of a statement.
  public consuming func share(dependsOn: [any SharedResource] = []) -> SharedForeignResource<Pointee> {
    guard let given = pointer else { preconditionFailure("Belay: \(name) was handed on") }
    pointer = nil
    // It stays the same resource: where it was made goes with it.
    return SharedForeignResource(given, name, dependsOn, tracked, destroy)
  }
}
