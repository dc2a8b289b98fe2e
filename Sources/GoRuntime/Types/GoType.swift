/// The number of a type in a ``TypeTable``.
public struct TypeID: Hashable, Sendable, BitwiseCopyable {
  let index: UInt32

  /// No type.
  public static let none = TypeID(index: 0)
  /// Memory that is in use, but whose type is not known.
  static let unknown = TypeID(index: 1)

  /// Whether it stands for a type.
  public var isKnown: Bool { index > 1 }
}

/// A type of the inspected program.
public struct GoType: Sendable {
  /// A member of a struct.
  public struct Field: Sendable {
    /// The name.
    public let name: String
    /// Where it stands.
    public let offset: UInt64
    /// Its type.
    public let type: TypeID
  }

  /// What it is.
  public var kind: GoKind
  /// The name as Go writes it.
  public var name: String
  /// The size of a value in bytes.
  public var size: UInt64
  /// What a pointer points to, what a slice, an array, a channel or a map holds.
  public var element = TypeID.none
  /// The key of a map.
  public var key = TypeID.none
  /// The length of an array.
  public var length: UInt64 = 0
  /// The members of a struct.
  public var fields: [Field] = []
  /// A map's bucket (classic) or group (Swiss).
  public var container = TypeID.none
  /// Whether an interface has no methods.
  public var isEmptyInterface = false

  init(kind: GoKind, name: String, size: UInt64) {
    self.kind = kind
    self.name = name
    self.size = size
  }

  /// The member of a name.
  public func field(_ name: String) -> Field? { fields.first { $0.name == name } }
}
