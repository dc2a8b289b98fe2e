import Foundation

/// The findings that are known already: only new ones are open.
public struct Baseline: Sendable, Hashable, Codable {
  /// A known finding. The place and message are there for people who read the file; only the fingerprint counts.
  public struct Entry: Sendable, Hashable, Codable {
    /// The identity.
    public var fingerprint: String
    /// The rule.
    public var rule: String
    /// The file it was in.
    public var file: String
    /// What it said.
    public var message: String
  }

  /// What cannot be used as a baseline, and why.
  public struct Failure: Error, CustomStringConvertible {
    /// One sentence.
    public var description: String
  }

  /// The form of the file.
  public var version = 1
  /// The entries, sorted by file, rule and fingerprint.
  public var findings: [Entry]

  /// The open findings of a report.
  public init(_ report: Report) {
    findings = report.findings.filter { finding in
      if case .comment = finding.suppression { return false }
      return true
    }.map { Entry(fingerprint: $0.fingerprint, rule: $0.rule, file: $0.place.file, message: $0.message) }
      .sorted { ($0.file, $0.rule, $0.fingerprint) < ($1.file, $1.rule, $1.fingerprint) }
  }

  /// Reads a baseline file. Throws `Failure` when it is none, or of a version that is not known.
  public init(data: Data) throws {
    let decoded: Baseline
    do {
      decoded = try JSONDecoder().decode(Baseline.self, from: data)
    } catch {
      throw Failure(description: "it is not a baseline; write one with --write-baseline")
    }
    guard decoded.version == 1 else {
      throw Failure(
        description:
          "it has version \(decoded.version), this program reads version 1; write it anew with --write-baseline")
    }
    self = decoded
  }

  /// The file.
  public func encoded() -> String { JSONText.encode(self) + "\n" }

  /// Marks the findings that are known, and gives the entries that match none any more.
  public func apply(to report: inout Report) -> [Entry] {
    var known = Dictionary(findings.map { ($0.fingerprint, $0) }, uniquingKeysWith: { first, _ in first })
    for index in report.findings.indices {
      if known.removeValue(forKey: report.findings[index].fingerprint) != nil, report.findings[index].suppression == nil
      {
        report.findings[index].suppression = .baseline
      }
    }
    return findings.filter { known[$0.fingerprint] != nil }
  }
}
