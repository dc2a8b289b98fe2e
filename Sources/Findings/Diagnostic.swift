/// Something that went wrong with the input, not a finding: a file that cannot be read or parsed.
public struct Diagnostic: Sendable, Hashable, Codable {
  /// Where, as exactly as is known.
  public var place: Place
  /// What is wrong and, where one can say it, what to do.
  public var message: String

  /// A diagnostic at a place.
  public init(at place: Place, _ message: String) {
    self.place = place
    self.message = message
  }
}
