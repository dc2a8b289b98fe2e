import Findings
import Flow

/// What a `.belay.yml` says.
///
///     rules:
///       BM018: on            # on, off, or a severity: red, yellow, green
///     paths:
///       exclude: [third_party/**, "**/*_generated.go"]
///     fail-on: yellow
///     functions:             # C functions, in the notation of the library model
///       thing_new: allocates by thing_free
///       thing_free: frees 0
public struct Configuration: Sendable, Hashable {
  /// What is said of a rule.
  public enum Setting: Sendable, Hashable {
    case on, off
    case severity(Severity)
  }

  /// Settings by rule id.
  public var rules: [String: Setting] = [:]
  /// Only paths that one of these matches are read; all when empty.
  public var included: [PathPattern] = []
  /// Paths that are not read.
  public var excluded: [PathPattern] = []
  /// The severity from which findings fail a run; nil when it is not said.
  public var failOn: Severity?
  /// What C functions do.
  public var functions: [ForeignFunction] = []

  /// Nothing set.
  public init() {}

  /// Whether a path is read.
  public func includes(_ path: String) -> Bool {
    if excluded.contains(where: { $0.matches(path) }) { return false }
    return included.isEmpty || included.contains { $0.matches(path) || $0.canMatchBelow(path) }
  }

  /// Whether a rule runs.
  public func isEnabled(_ rule: RuleDescription) -> Bool {
    switch rules[rule.id] {
    case .off: false
    case .on, .severity: true
    case nil: rule.isOnByDefault
    }
  }
}
