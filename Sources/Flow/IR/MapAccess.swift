/// One operation on a hash map.
public struct MapAccess: Sendable {
  /// What is done with the map.
  public enum Kind: Sendable, Hashable {
    /// `m[k] = v`; with `isConditional` only when the key is new (`LoadOrStore`).
    case store
    /// `v, ok := m[k]`.
    case load
    /// `delete(m, k)`; with `isConditional` only when the value still is `value` (`CompareAndDelete`).
    case delete
    /// Reads the value and removes the entry in one step: `LoadAndDelete`.
    case loadAndDelete
    /// `clear(m)`.
    case clear
    /// The head of a `range` loop: gives the next entry, and whether there was one in `found`.
    case next
    /// `len(m)`.
    case count

    /// Whether it changes the map.
    public var isWrite: Bool {
      switch self {
      case .store, .delete, .loadAndDelete, .clear: true
      case .load, .next, .count: false
      }
    }
  }

  /// What is done.
  public var kind: Kind
  /// The map.
  public var map: PathID
  /// The map's static type.
  public var mapType: Int32
  /// The key: read by store, load and delete; written by `next`.
  public var key: VariableID?
  /// The value: read by a store, written by load, loadAndDelete and `next`.
  public var value: VariableID?
  /// Whether there was an entry, where the source asks for it.
  public var found: VariableID?
  /// Whether it depends on what the map holds.
  public var isConditional: Bool
  /// The expression that names the map.
  public var mapRange: SourceRange
  /// The expression that names the key.
  public var keyRange: SourceRange

  /// A map access.
  public init(
    _ kind: Kind, map: PathID, mapType: Int32, key: VariableID? = nil, value: VariableID? = nil,
    found: VariableID? = nil, isConditional: Bool = false, mapRange: SourceRange = .none, keyRange: SourceRange = .none
  ) {
    self.kind = kind
    self.map = map
    self.mapType = mapType
    self.key = key
    self.value = value
    self.found = found
    self.isConditional = isConditional
    self.mapRange = mapRange
    self.keyRange = keyRange
  }
}
