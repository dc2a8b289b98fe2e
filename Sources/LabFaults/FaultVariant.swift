/// A program of a scenario: with the fault, or with a defence.
public struct FaultVariant: Sendable {
  /// What a variant is there to show.
  public enum Kind: String, Sendable, Codable {
    case fault, defence
  }

  /// What the command line calls it.
  public let name: String
  /// Whether it has the fault or a defence.
  public let kind: Kind
  /// What it does, in half a sentence.
  public let shows: String
  let body: @Sendable (Witness) throws -> Ending

  static func fault(_ name: String, _ shows: String, _ body: @escaping @Sendable (Witness) throws -> Ending) -> Self {
    Self(name: name, kind: .fault, shows: shows, body: body)
  }

  static func defence(_ name: String, _ shows: String, _ body: @escaping @Sendable (Witness) throws -> Ending) -> Self {
    Self(name: name, kind: .defence, shows: shows, body: body)
  }
}
