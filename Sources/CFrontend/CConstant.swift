/// What an enumerator or a macro stands for, as cgo makes a Go constant of it.
public enum CConstant: Sendable, Hashable, Codable {
  /// A whole number.
  case integer(Int64)
  /// Another number.
  case float
  /// Text in quotes.
  case string
}
