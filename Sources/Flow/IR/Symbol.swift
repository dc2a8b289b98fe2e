/// An interned name: of a function, a global, a field, a C type. Equal names have equal symbols within one `SymbolTable`.
///
/// The numbers depend on the order of interning, hence on the schedule of threads: order reports by place, never by symbol.
public struct Symbol: Sendable, Hashable, RawRepresentable {
  /// The index in the table.
  public var rawValue: Int32
  /// A symbol by its index.
  public init(rawValue: Int32) { self.rawValue = rawValue }
  /// The empty name.
  public static let empty = Symbol(rawValue: 0)
}
