import Findings

/// What is known of a map's pointers from its type.
public struct MapDescription: Sendable, Hashable {
  /// The name or the type that stands for it.
  public var place: Place
  /// The type as its language writes it.
  public var type: String
  /// The language it is written in.
  public var language: RuleDescription.Language
  /// The type of its keys; empty where the type does not say.
  public var key: String
  /// The type of its values; empty where the type does not say.
  public var value: String
  /// What of C's a key can hold: a C type, an untyped address, an integer that has room for one.
  public var keyHolds: [String]
  /// What of C's a value can hold.
  public var valueHolds: [String]
}
