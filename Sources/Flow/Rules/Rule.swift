import Findings

/// A kind of fault that the checker finds. One rule is one file in this folder; the comment above the type documents it.
///
/// A rule reads what the analysis has established and returns values; it prints nothing and keeps no state between calls. Rules run at
/// the same time on several threads.
public protocol Rule: Sendable {
  /// Its id, name, severity, and page.
  var info: RuleDescription { get }

  /// All findings in the units of the analysis, in any order; `RuleRegistry.findings` sorts them.
  func findings(in analysis: Analysis) -> [Finding]
}
