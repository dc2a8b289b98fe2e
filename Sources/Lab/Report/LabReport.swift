/// What happened to the programs of the lab.
public struct LabReport: Sendable, Equatable, Codable {
  /// A fault, and what happened to the programs that have it or a defence against it.
  public struct Scenario: Sendable, Equatable, Codable {
    /// The number of the scenario.
    public let number: Int
    /// What the command line calls it.
    public let name: String
    /// The fault in half a sentence.
    public let title: String
    /// What goes wrong, and why.
    public let explanation: String
    /// What happened, in the order of running.
    public var results: [LabResult]
  }

  /// The scenarios, by their numbers.
  public var scenarios: [Scenario] = []
  /// The claims that were tried.
  public var claims: [LabClaim] = []
  /// What could not be run, and why.
  public var notes: [String] = []

  /// An empty report.
  public init() {}

  /// Which tool catches which fault.
  public var matrix: ToolMatrix { ToolMatrix(scenarios) }

  /// Whether there are programs that could not be run, or did not say what happened.
  public var hasFailures: Bool {
    scenarios.contains { $0.results.contains { $0.outcome.kind == .failed } } || claims.contains { $0.verdict == nil }
  }
}
