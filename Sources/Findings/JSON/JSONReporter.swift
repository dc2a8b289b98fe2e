import Foundation

/// The report as one JSON object: the fields of `Report` under their own names. `docs/report-json.md` describes them.
public struct JSONReporter: Reporter {
  /// A reporter.
  public init() {}

  /// Keys are sorted, so that equal reports give equal texts.
  public func render(_ report: Report, sources: any SourceProvider) -> String { JSONText.encode(report) + "\n" }
}

/// JSON as all reporters and files of Belay write it.
enum JSONText {
  static func encode(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Values of the model hold strings, integers and finite numbers only: they always encode.
    guard let data = try? encoder.encode(value) else { preconditionFailure("a report that cannot be encoded") }
    return String(decoding: data, as: UTF8.self)
  }
}
