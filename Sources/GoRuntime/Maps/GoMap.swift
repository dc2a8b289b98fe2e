/// A map of the inspected program.
public struct GoMap: Sendable {
  /// How sure it is that the map is in use.
  public enum Reachability: UInt8, Sendable {
    /// Pointers whose types are known lead to it.
    case reachable
    /// It is reached only through words whose type is not known: an old value may only seem to hold it.
    case guessed
    /// Nothing leads to it: it waits for the next collection.
    case garbage
    /// Nobody asked: the heap was not marked.
    case unknown
  }

  /// Where its header stands.
  public let address: UInt64
  /// Its type; unknown for a map that only a search of the heap found and that does not carry its type.
  public let type: TypeID
  /// Whether it is in use.
  public internal(set) var reachability: Reachability
  /// Whether only a search of the heap's memory found it: what it looks like is its only proof.
  public let isFoundBySearch: Bool
  /// The header's object on the heap; the largest number for a header outside of it.
  let object: UInt32
}
