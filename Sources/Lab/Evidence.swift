import Foundation

/// What a process left behind.
public struct Evidence: Sendable, Equatable {
  /// How a process ended.
  public enum End: Sendable, Equatable {
    case exited(Int32)
    case killed(signal: Int32)
    /// It was killed because its time was over.
    case hung(seconds: Double)
    /// It was never started.
    case notStarted(String)
  }

  /// How it ended.
  public let end: End
  /// What it wrote to standard output.
  public let output: String
  /// What it wrote to standard error.
  public let errors: String
  /// What the guard said, the first report first; empty without the guard.
  public let guardReports: [String]

  /// Evidence.
  public init(end: End, output: String, errors: String, guardReports: [String] = []) {
    self.end = end
    self.output = output
    self.errors = errors
    self.guardReports = guardReports
  }

  /// The lines `fact NAME = VALUE`, in their order.
  public var facts: [(name: String, value: String)] { values("fact ") }

  /// The lines `picture TITLE = <svg…>`, in their order.
  public var pictures: [(title: String, svg: String)] {
    values("picture ").filter { $0.value.hasPrefix("<svg") && $0.value.hasSuffix("</svg>") }
      .map { (title: $0.name, svg: $0.value) }
  }

  /// What else it said, its last line apart.
  public var remarks: [String] {
    output.split(separator: "\n").map(String.init).filter {
      !$0.hasPrefix("fact ") && !$0.hasPrefix("picture ") && !$0.hasPrefix("outcome:")
    }
  }

  private func values(_ prefix: String) -> [(name: String, value: String)] {
    output.split(separator: "\n").compactMap { line in
      guard line.hasPrefix(prefix), let sign = line.range(of: " = ") else { return nil }
      let name = line[line.index(line.startIndex, offsetBy: prefix.count)..<sign.lowerBound]
      return (String(name), line[sign.upperBound...].trimmingCharacters(in: .whitespaces))
    }
  }
}
