/// What the analysis knows of the static type of a value: not the type itself, only what decides about memory.
public struct ValueType: Sendable, Hashable {
  /// The classes of types that the analysis tells apart.
  public enum Class: UInt8, Sendable, Hashable {
    /// Could not be resolved. Unknown is never red.
    case unknown
    /// Holds no address: numbers other than `uintptr`, strings, booleans, plain structs.
    case plain
    /// A pointer to a C type, `unsafe.Pointer`, an `OpaquePointer`: an address that C may own.
    case cPointer
    /// An integer wide enough for an address: `uintptr`, `UInt`. An address or a handle, depending on where it came from.
    case integerAddress
    /// A handle that is no address: `runtime/cgo.Handle`.
    case handle
    /// A pointer to memory that the language itself manages.
    case managedPointer
    /// A struct, array or interface-free aggregate.
    case aggregate
    /// A hash map, `sync.Map` included.
    case map
    /// A slice or an array.
    case list
    /// An interface or existential.
    case interface
    /// A function value.
    case function
    /// A channel.
    case channel
  }

  /// The class.
  public var `class`: Class
  /// The type as the source writes it, for messages: `*C.GtkWidget`.
  public var name: Symbol
  /// For a C pointer: the C type pointed at, without `*` and `struct`: `GtkWidget`. Empty for `unsafe.Pointer`.
  public var cType: Symbol
  /// Whether a value of it holds a C pointer at any depth: through names, pointers, arrays and structs.
  public var holdsCPointer: Bool
  /// Whether a value of it holds an integer address (`uintptr`) at any depth.
  public var holdsIntegerAddress: Bool
  /// For a map: its index in `Unit.mapTypes`; otherwise -1.
  public var mapType: Int32
  /// Whether it is a pointer to a map.
  public var pointsToMap: Bool
  /// What in a value of it cannot be hashed, as far as its static type says: through arrays and the fields of structs.
  public var unhashable: UnhashablePart

  /// What a map cannot hash.
  public enum UnhashablePart: UInt8, Sendable, Hashable {
    case none, slice, map, function
  }

  /// A value type.
  public init(
    _ class: Class, name: Symbol = .empty, cType: Symbol = .empty, holdsCPointer: Bool = false,
    holdsIntegerAddress: Bool = false, mapType: Int32 = -1, pointsToMap: Bool = false,
    unhashable: UnhashablePart = .none
  ) {
    self.class = `class`
    self.name = name
    self.cType = cType
    self.holdsCPointer = holdsCPointer
    self.holdsIntegerAddress = holdsIntegerAddress
    self.mapType = mapType
    self.pointsToMap = pointsToMap
    self.unhashable = unhashable
  }

  /// The type that could not be resolved.
  public static let unknown = ValueType(.unknown)
}

/// The key and value type of a map.
public struct MapType: Sendable, Hashable {
  /// The key's type.
  public var key: ValueType
  /// The value's type.
  public var value: ValueType
  /// Whether the map takes care of concurrent use itself: `sync.Map`.
  public var isSynchronized: Bool
  /// Whether a key of it can be of an unhashable dynamic type: an interface, or a struct or array that holds one.
  public var keyCanBeUnhashable: Bool

  /// A map type.
  public init(key: ValueType, value: ValueType, isSynchronized: Bool = false, keyCanBeUnhashable: Bool = false) {
    self.key = key
    self.value = value
    self.isSynchronized = isSynchronized
    self.keyCanBeUnhashable = keyCanBeUnhashable
  }
}
