import LabFaults

/// What happened to a program of the lab.
public struct Outcome: Sendable, Equatable, Codable {
  /// What happened.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// The process ended by a signal that nobody meant to catch it.
    case crashed
    /// See `Ending.Kind`.
    case wrongObject = "wrong-object"
    /// See `Ending.Kind`.
    case staleData = "stale-data"
    /// See `Ending.Kind`.
    case lostEntry = "lost-entry"
    /// See `Ending.Kind`.
    case leaked
    /// See `Ending.Kind`.
    case keptAlive = "kept-alive"
    /// See `Ending.Kind`.
    case givenBack = "given-back"
    /// Something noticed the fault, and said so.
    case caught
    /// Nothing went wrong that could be seen.
    case nothing
    /// It did not end within its time, and was killed.
    case hung
    /// It could not be run, or did not say what happened.
    case failed

    /// The kind as tables show it.
    public var text: String { rawValue.replacing("-", with: " ") }
  }

  /// What happened.
  public let kind: Kind
  /// Who noticed; nil where nobody did.
  public let by: String?
  /// What was said, or seen.
  public let detail: String
  /// The name of the signal that ended the process; nil if it ended by itself.
  public let signal: String?
  /// The address that was accessed, as text; nil where nobody said.
  public let address: String?

  init(_ kind: Kind, by: String? = nil, _ detail: String, signal: String? = nil, address: String? = nil) {
    self.kind = kind
    self.by = by
    self.detail = detail
    self.signal = signal
    self.address = address
  }

  init(_ ending: Ending, by: String?) {
    // Each kind of ending is one of outcome: `OutcomeTests` holds the two lists against each other.
    self.init(Kind(rawValue: ending.kind.rawValue) ?? .failed, by: ending.kind == .caught ? by : nil, ending.detail)
  }

  /// The whole as one line.
  public var text: String {
    switch kind {
    case .crashed: "\(signal ?? "a signal")\(address.map { " at \($0)" } ?? "")\(detail.isEmpty ? "" : ": \(detail)")"
    case .caught: "\(by.map { "by \($0): " } ?? "")\(detail)"
    default: detail
    }
  }
}
