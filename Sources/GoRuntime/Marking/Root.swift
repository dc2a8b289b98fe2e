/// A place outside of the heap that keeps objects alive.
public struct Root: Sendable {
  /// What kind of place it is.
  public enum Kind: Sendable {
    /// A global variable.
    case global
    /// The stack of a goroutine.
    case stack
    /// A finalizer or cleanup, which keeps what its object refers to.
    case finalizer
  }

  /// What kind of place it is.
  public let kind: Kind
  /// Its name: the variable, or the goroutine and the function.
  public var name: String
  /// Where the pointer stands.
  public let address: UInt64
  /// Whether the type of the place is known, so that it is a pointer without doubt.
  public let isPrecise: Bool
  /// The type of a global variable.
  let type: TypeID
  /// Where the variable starts.
  let base: UInt64
  /// The number of the root that leads to this one, if it has no name of its own: `var r = &Registry{…}` is a pointer to data of the program.
  var via: UInt32?
}
