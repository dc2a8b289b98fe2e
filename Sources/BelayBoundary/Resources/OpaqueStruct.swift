/// A C struct of which its header tells no more than the name; Swift has its pointers as `OpaquePointer`.
public enum OpaqueStruct {}

extension ForeignResource where Pointee == OpaqueStruct {
  /// Takes a pointer to an opaque struct over, such as `sqlite3 *`: from here on only this resource frees it.
  ///
  /// - Parameters:
  ///   - pointer: What C handed out.
  ///   - name: What errors call it.
  ///   - destroy: Frees it; called once, when the resource ends.
  public init(
    takingOwnershipOf pointer: OpaquePointer, name: String, destroy: @escaping @Sendable (OpaquePointer) -> Void
  ) {
    self.init(takingOwnershipOf: UnsafeMutablePointer(pointer), name: name) { destroy(OpaquePointer($0)) }
  }

  /// Lends the pointer to a function. It must not leave it.
  public func withPointer<Result: ~Copyable, Failure: Error>(
    _ body: (OpaquePointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withPointer { (pointer: UnsafeMutablePointer<OpaqueStruct>) throws(Failure) in try body(OpaquePointer(pointer))
    }
  }

  /// Hands the pointer on without freeing it: the caller owns it.
  public consuming func giveUp() -> OpaquePointer {
    let pointer: UnsafeMutablePointer<OpaqueStruct> = giveUp()
    return OpaquePointer(pointer)
  }
}

extension SharedForeignResource where Pointee == OpaqueStruct {
  /// Takes a pointer to an opaque struct over; see the other form.
  ///
  /// - Precondition: The resources that it depends on have not been released.
  public convenience init(
    takingOwnershipOf pointer: OpaquePointer, name: String, dependsOn: [any SharedResource] = [],
    destroy: @escaping @Sendable (OpaquePointer) -> Void
  ) {
    self.init(takingOwnershipOf: UnsafeMutablePointer(pointer), name: name, dependsOn: dependsOn) {
      destroy(OpaquePointer($0))
    }
  }

  /// Lends the pointer to a function, with a reference held meanwhile. The pointer must not leave the function.
  ///
  /// - Throws: `released`.
  /// - Complexity: O(1).
  public func withPointer<Value>(_ body: (OpaquePointer) -> Value) throws(ForeignResourceError) -> Value {
    try withPointer { (pointer: UnsafeMutablePointer<OpaqueStruct>) in body(OpaquePointer(pointer)) }
  }
}
