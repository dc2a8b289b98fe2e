/// What is analysed together and cached together: a Go package, a Swift module.
public struct Unit: Sendable {
  /// A package-level or static variable, or a field of a type: somewhere a map can live for long.
  public struct Declaration: Sendable {
    /// The full name, as memory paths use it.
    public var symbol: Symbol
    /// The name as reports show it.
    public var displayName: Symbol
    /// Its type.
    public var type: ValueType
    /// Where it is declared.
    public var range: SourceRange
    /// Whether it is a field; otherwise a global.
    public var isField: Bool
    /// Whether the declaration itself gives it a value: `var m = map[K]V{}`.
    public var isInitialized: Bool
    /// Whether it is a lock by its type, where the name of the type does not say so.
    public var isLock = false

    /// A declaration.
    public init(
      symbol: Symbol, displayName: Symbol, type: ValueType, range: SourceRange, isField: Bool, isInitialized: Bool
    ) {
      self.symbol = symbol
      self.displayName = displayName
      self.type = type
      self.range = range
      self.isField = isField
      self.isInitialized = isInitialized
    }
  }

  /// A type that appears in the source as a map, for the inventory rule.
  public struct MapSite: Sendable {
    /// Where.
    public var range: SourceRange
    /// What.
    public var mapType: Int32
    /// The declaration it belongs to, as reports show it.
    public var owner: Symbol

    /// A map site.
    public init(range: SourceRange, mapType: Int32, owner: Symbol) {
      self.range = range
      self.mapType = mapType
      self.owner = owner
    }
  }

  /// The import path or module name.
  public var name: Symbol
  /// Functions and closures with a body.
  public var functions: [Function] = []
  /// Globals and fields whose type is a map, holds a C pointer, or is a lock.
  public var declarations: [Declaration] = []
  /// All map types that a `ValueType` or `MapAccess` of the unit names.
  public var mapTypes: [MapType] = []
  /// Map types written in the source.
  public var mapSites: [MapSite] = []
  /// Interface methods with the functions that may be meant, where all are known.
  public var implementations: [Symbol: [Symbol]] = [:]
  /// The functions that run when an object ends, by the name of its type: `deinit`.
  public var finalizers: [Symbol: Symbol] = [:]
  /// For types of objects that serve as keys: the fields that can change and that decide about the hash, by the name of the type.
  public var hashedState: [Symbol: [Symbol]] = [:]
  /// What is known of the C functions that the unit calls, from its own C code.
  public var foreignFunctions: [ForeignFunction] = []
  /// The headers that its C code includes, by the names in the source.
  public var foreignHeaders: Set<String> = []
  /// Whether its C code starts threads.
  public var startsForeignThreads = false

  /// An empty unit.
  public init(name: Symbol) { self.name = name }
}
