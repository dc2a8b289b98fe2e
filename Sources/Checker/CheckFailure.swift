/// Why a check cannot run at all, as the command line says it: what, why, and what to do.
public struct CheckFailure: Error, Hashable, CustomStringConvertible {
  /// What could not be done.
  public var what: String
  /// Why.
  public var why: String
  /// What the user can do.
  public var advice: String

  /// A failure.
  public init(_ what: String, _ why: String, _ advice: String) {
    self.what = what
    self.why = why
    self.advice = advice
  }

  /// `what: why; advice`.
  public var description: String { "\(what): \(why); \(advice)" }
}
