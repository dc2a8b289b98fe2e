/// A variable of a function: parameters, locals and temporaries alike, numbered from 0.
public struct VariableID: Sendable, Hashable, RawRepresentable {
  /// The index in `Function.variables`.
  public var rawValue: Int32
  /// A variable by its index.
  public init(rawValue: Int32) { self.rawValue = rawValue }
}

/// The number of a memory path in `Function.paths`.
public struct PathID: Sendable, Hashable, RawRepresentable {
  /// The index in `Function.paths`.
  public var rawValue: Int32
  /// A path by its index.
  public init(rawValue: Int32) { self.rawValue = rawValue }
}

/// A place in memory: a root and the fields that lead from it, at most three deep. Pointers are followed without a mark: `p.f` is the
/// same path whether `p` is a struct or a pointer to one.
public struct MemoryPath: Sendable, Hashable {
  /// Where a path starts.
  public enum Root: Sendable, Hashable {
    /// A variable of the function; a captured one is the closure's own variable, see `Function.captures`.
    case variable(VariableID)
    /// A package-level or static variable by its full name: `example.com/session.registry`.
    case global(Symbol)
  }

  /// The longest path that is kept apart; what lies deeper is the path cut off here.
  public static let maximumDepth = 3

  /// Where it starts.
  public var root: Root
  /// The fields: each is the full name of the declaration (`example.com/session.Store.byHandle`), so that field-based reasoning can
  /// join all objects of a type; or `element`, an element of an array or slice.
  public var fields: [Symbol]

  /// A path, cut off at `maximumDepth`.
  public init(_ root: Root, fields: [Symbol] = []) {
    self.root = root
    self.fields = Array(fields.prefix(Self.maximumDepth))
  }

  /// Hashes the few numbers as one word: paths are looked up for every expression.
  public func hash(into hasher: inout Hasher) {
    var word: UInt64
    switch root {
    case .variable(let variable): word = UInt64(UInt32(bitPattern: variable.rawValue)) << 1
    case .global(let symbol): word = UInt64(UInt32(bitPattern: symbol.rawValue)) << 1 | 1
    }
    for field in fields {
      word = (word ^ (word >> 29)) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(UInt32(bitPattern: field.rawValue)) &+ 1
    }
    hasher.combine(word)
  }

  /// The field, or the global, that the path ends at; nil for a variable of the function.
  var declared: Symbol? {
    if let field = fields.last { return field }
    if case .global(let symbol) = root { return symbol }
    return nil
  }
}
