/// A place in the source at which a map type stands.
public struct MapRow: Sendable, Hashable, Codable {
  /// How it stands there.
  public enum Form: String, Sendable, Hashable, Codable {
    /// `map[K]V` is written.
    case type
    /// `sync.Map` is written.
    case syncMap = "sync.Map"
    /// A variable is declared whose type is a named map type.
    case inferred
  }

  /// The file, as reports show it.
  public var file: String
  /// The line, counted from 1.
  public var line: Int
  /// The column in bytes, counted from 1.
  public var column: Int
  /// The name of the package.
  public var package: String
  /// How it stands there.
  public var form: Form
  /// The function or type that it belongs to; empty at package level.
  public var owner: String
  /// The key type as Go's tools write it; empty for `sync.Map`.
  public var key: String
  /// The value type.
  public var value: String
  /// What of C's the key can hold: `C`, `uintptr`, `unsafe.Pointer`.
  public var keyHolds: [String]
  /// What of C's the value can hold.
  public var valueHolds: [String]
}
