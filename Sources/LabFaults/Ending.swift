/// What a program of the lab saw, if it came to its end.
public struct Ending: Sendable, Equatable {
  /// What happened, by the words that programs print.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// A look-up led to another object than the one that was put in.
    case wrongObject = "wrong-object"
    /// Memory was read that is no longer what it was.
    case staleData = "stale-data"
    /// An entry is in the map and cannot be found.
    case lostEntry = "lost-entry"
    /// Memory is left that nobody can free any more.
    case leaked
    /// Memory that is not needed is kept.
    case keptAlive = "kept-alive"
    /// Memory went back to the system.
    case givenBack = "given-back"
    /// Something refused, with an error that the program could handle.
    case caught
    /// Nothing went wrong.
    case nothing
  }

  /// What happened.
  public let kind: Kind
  /// The same in words, with figures.
  public let detail: String

  /// An ending.
  public init(_ kind: Kind, _ detail: String) {
    self.kind = kind
    self.detail = detail
  }

  /// The last line of a program: `outcome: KIND: detail`.
  public var line: String { "outcome: \(kind.rawValue): \(detail)" }

  /// Reads the last line of a program; nil if it is none.
  public init?(line: some StringProtocol) {
    let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count >= 2, parts[0] == "outcome" else { return nil }
    guard let kind = Kind(rawValue: String(Ending.trimmed(parts[1]))) else { return nil }
    self.init(kind, parts.count == 3 ? String(Ending.trimmed(parts[2])) : "")
  }

  private static func trimmed(_ text: some StringProtocol) -> Substring {
    var text = Substring(text)
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return text
  }
}
