/// Why a process, a core dump or a file in it cannot be read.
public struct ImageFailure: Error, CustomStringConvertible, Sendable {
  /// What was attempted and did not succeed.
  public let what: String
  /// Why it did not succeed.
  public let why: String
  /// What the user can do about it.
  public let remedy: String

  /// A failure of three parts.
  public init(_ what: String, _ why: String, _ remedy: String) {
    self.what = what
    self.why = why
    self.remedy = remedy
  }

  /// The three parts on one line.
  public var description: String { "\(what): \(why); \(remedy)" }
}
