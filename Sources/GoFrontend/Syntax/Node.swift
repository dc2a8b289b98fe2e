/// The number of a node in its `SyntaxTree`; 0 is no node.
struct NodeID: Hashable, RawRepresentable {
  var rawValue: Int32
  init(rawValue: Int32) { self.rawValue = rawValue }
  init(_ rawValue: Int32) { self.rawValue = rawValue }
  static let none = NodeID(0)
  var isNone: Bool { rawValue == 0 }
}

/// A name that was interned for the whole check: equal names have equal numbers. See `NameTable`.
struct Name: Hashable, RawRepresentable {
  var rawValue: Int32
  init(rawValue: Int32) { self.rawValue = rawValue }
  init(_ rawValue: Int32) { self.rawValue = rawValue }
}

/// A node of a syntax tree: twenty bytes, no references. `NodeKind` says what `a` and `b` mean.
struct Node {
  /// Stands for "no node".
  static let none = Node(kind: .bad, token: .none, flags: [], start: 0, end: 0, a: 0, b: 0)

  var kind: NodeKind
  var token: Token
  var flags: Flags
  /// Offset of its first byte in the source.
  var start: UInt32
  /// Offset after its last byte.
  var end: UInt32
  var a: Int32
  var b: Int32

  struct Flags: OptionSet {
    var rawValue: UInt8
    static let hasEllipsis = Flags(rawValue: 1)
    static let threeIndex = Flags(rawValue: 2)
    static let isAlias = Flags(rawValue: 4)
    static let isParenthesized = Flags(rawValue: 8)
    static let sendOnly = Flags(rawValue: 16)
    static let receiveOnly = Flags(rawValue: 32)
    /// It, or something in it, did not parse.
    static let hasError = Flags(rawValue: 64)
  }
}
