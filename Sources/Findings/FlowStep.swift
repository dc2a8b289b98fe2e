/// One step on the way to a fault: where the pointer was allocated, stored, freed, used.
public struct FlowStep: Sendable, Hashable, Codable {
  /// What happens at a step.
  public enum Kind: String, Sendable, Hashable, Codable {
    case allocated, stored, removed, freed, lookedUp, used, passed, called, locked, unlocked, spawned, note
  }

  /// What happens here.
  public var kind: Kind
  /// Where it happens.
  public var place: Place
  /// One sentence without a full stop: `freed here by C.thing_free`.
  public var message: String

  /// A step of a flow.
  public init(_ kind: Kind, at place: Place, _ message: String) {
    self.kind = kind
    self.place = place
    self.message = message
  }
}
