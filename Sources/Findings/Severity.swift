/// How bad a finding is. The order is by gravity: `green < yellow < red`.
public enum Severity: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
  /// A risky form that can wait. SARIF `note`.
  case green
  /// A likely fault or a leak. SARIF `warning`.
  case yellow
  /// A memory fault; it should block a merge. SARIF `error`.
  case red

  private var rank: Int {
    switch self {
    case .green: 0
    case .yellow: 1
    case .red: 2
    }
  }

  /// Compares by gravity.
  public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
}
