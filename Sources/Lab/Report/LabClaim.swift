/// A popular sentence about Go's maps, and what a program that tries it says.
public struct LabClaim: Sendable, Equatable, Codable {
  /// What the command line calls it.
  public let name: String
  /// The sentence.
  public let claim: String
  /// Why it holds, or does not.
  public let explanation: String
  /// Go, with its version.
  public let language: String
  /// Whether it holds, by the program; nil when the program came to no verdict.
  public let verdict: Bool?
  /// What was seen.
  public let detail: String
  /// The verdict that was expected; nil where none was.
  public let expected: Bool?
  /// What to type to run it by hand.
  public let command: String

  /// The verdict as a word.
  public var verdictText: String { verdict.map { $0 ? "true" : "false" } ?? "no verdict" }
}

extension Evidence {
  /// The last line `verdict: true: DETAIL`, or false.
  var verdict: (holds: Bool, detail: String)? {
    for line in output.split(separator: "\n").reversed() where line.hasPrefix("verdict: ") {
      let parts = line.split(separator: ":", maxSplits: 2).map { $0.trimmingPrefix(" ") }
      guard parts.count >= 2, let holds = Bool(String(parts[1])) else { continue }
      return (holds, parts.count == 3 ? String(parts[2]) : "")
    }
    return nil
  }
}
