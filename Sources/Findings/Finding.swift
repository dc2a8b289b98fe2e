/// A fault that a rule has found, as a value: no rule prints, every reporter reads this.
public struct Finding: Sendable, Hashable, Codable {
  /// Why a finding is not reported as open.
  public enum Suppression: Sendable, Hashable, Codable {
    /// A `belay:ignore` comment, with its reason.
    case comment(reason: String)
    /// The baseline holds it already.
    case baseline
  }

  /// The rule's id: `BM001`.
  public var rule: String
  /// How bad it is here; a rule may lower its own severity where it is less sure.
  public var severity: Severity
  /// One sentence that says what is wrong, with the names from the source.
  public var message: String
  /// Why the severity is lower than the rule's own, or what the analysis could not know.
  public var uncertainty: String?
  /// Where the fault shows.
  public var place: Place
  /// The enclosing function or declaration, as its language writes it: `(*Session).Close`.
  public var symbol: String
  /// The way to the fault, in the order of execution.
  public var steps: [FlowStep]
  /// Changes that would mend it, the best one first.
  public var fixes: [Fix]
  /// Identity across runs that does not depend on line numbers or on the configuration. Set by `Fingerprint`.
  public var fingerprint: String
  /// Why it is not open, if it is not.
  public var suppression: Suppression?

  /// A finding without fingerprint and suppression: both are given once all findings of a run are known.
  public init(
    rule: String, severity: Severity, message: String, uncertainty: String? = nil, place: Place, symbol: String,
    steps: [FlowStep] = [], fixes: [Fix] = []
  ) {
    self.rule = rule
    self.severity = severity
    self.message = message
    self.uncertainty = uncertainty
    self.place = place
    self.symbol = symbol
    self.steps = steps
    self.fixes = fixes
    self.fingerprint = ""
    self.suppression = nil
  }
}
