import Findings

/// A `belay:ignore` without a reason, or one that suppresses nothing.
///
/// The comments are read by the checker, which knows what they suppress; this type is where the rule's description lives. A suppression counts as unused only when
/// its rule ran and its file was analysed, so that switching a rule off makes no noise.
public struct SuppressionWithoutReason: Rule {
  /// Its description.
  public let info = RuleDescription(
    id: "BM021", name: "suppression-without-reason", severity: .green, languages: [.go, .swift],
    summary: "A belay:ignore comment gives no reason, or suppresses nothing.",
    page: String(decoding: PackageResources.BM021_md, as: UTF8.self))

  /// The rule.
  public init() {}

  /// Nothing: see above.
  public func findings(in analysis: Analysis) -> [Finding] { [] }
}
