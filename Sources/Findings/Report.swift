/// Everything that one run has to say: the input of every reporter.
public struct Report: Sendable, Hashable, Codable {
  /// What was read, and how long it took.
  public struct Statistics: Sendable, Hashable, Codable {
    /// Source files analysed.
    public var files = 0
    /// Lines in them.
    public var lines = 0
    /// Functions analysed.
    public var functions = 0
    /// Packages served from the cache.
    public var cachedPackages = 0
    /// Packages in all.
    public var packages = 0
    /// Wall time in seconds.
    public var seconds = 0.0

    /// All zero.
    public init() {}
  }

  /// The version of the tool that made it.
  public var toolVersion: String
  /// All rules that ran, whether they found something or not.
  public var rules: [RuleDescription]
  /// All findings in the order of file and position, suppressed ones included.
  public var findings: [Finding]
  /// What could not be read or parsed.
  public var diagnostics: [Diagnostic]
  /// What was read.
  public var statistics: Statistics

  /// A report.
  public init(
    toolVersion: String, rules: [RuleDescription], findings: [Finding], diagnostics: [Diagnostic],
    statistics: Statistics
  ) {
    self.toolVersion = toolVersion
    self.rules = rules
    self.findings = findings
    self.diagnostics = diagnostics
    self.statistics = statistics
  }

  /// The findings that are neither suppressed nor in the baseline.
  public var open: [Finding] { findings.filter { $0.suppression == nil } }
}
