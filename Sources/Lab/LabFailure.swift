/// Why the lab cannot do what it was asked to.
public struct LabFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// What could not be done, why, and what to do.
  public let description: String

  init(_ what: String, _ why: String, _ remedy: String) { description = "\(what): \(why); \(remedy)" }
}
