import Findings
import Flow
import Foundation

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
  /// The folder of the file, that patterns are relative to; nil for the root of the check.
  public var folder: String?
  /// What C functions do.
  public var functions: [ForeignFunction] = []

  /// Nothing set.
  public init() {}

  /// Whether a path is read. Patterns are about paths below the configuration's own folder, from wherever the check is started.
  ///
  /// - Parameter root: The folder that `path` is relative to, where it is relative.
  public func includes(_ path: String, root: String) -> Bool {
    if excluded.isEmpty && included.isEmpty { return true }
    var path = path
    if let folder {
      let absolute = URL(fileURLWithPath: path.hasPrefix("/") ? path : root + "/" + path).standardizedFileURL.path
      let base = folder.hasSuffix("/") ? folder : folder + "/"
      if absolute == folder { return true }
      if absolute.hasPrefix(base) { path = String(absolute.dropFirst(base.count)) }
    }
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
