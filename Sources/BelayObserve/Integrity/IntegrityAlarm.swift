/// Something that an `IntegrityMonitor` found to be other than it must be.
public struct IntegrityAlarm: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Kind: Sendable, Equatable {
    /// A map contradicts its own invariants.
    case damagedMap
    /// An allocator holds more than its baseline allows.
    case allocationsGrew
    /// A canary of an allocator is not what it was: somebody wrote beyond their memory.
    case canaryOverwritten
    /// The code of a function, or what its name leads to, is other than it was.
    case functionChanged
  }

  /// What is wrong.
  public let kind: Kind
  /// The map, allocator or function.
  public let subject: String
  /// What was found.
  public let detail: String

  /// The alarm as one sentence.
  public var description: String {
    switch kind {
    case .damagedMap: "the map \(subject) is damaged: \(detail)"
    case .allocationsGrew: "\(subject) holds more than it should: \(detail)"
    case .canaryOverwritten: "\(subject): \(detail)"
    case .functionChanged: "the function \(subject) is not what it was: \(detail)"
    }
  }
}
