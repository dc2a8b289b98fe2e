import Foundation
import Testing

/// Texts that were read and found right, in the folder `Golden`.
enum Golden {
  private static let folder =
    ((#filePath as NSString).deletingLastPathComponent as NSString).deletingLastPathComponent + "/Golden"

  /// Compares a text with a file; with `BELAY_UPDATE_GOLDEN=1` writes the file instead.
  static func expect(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let url = URL(fileURLWithPath: "\(folder)/\(name)")
    if ProcessInfo.processInfo.environment["BELAY_UPDATE_GOLDEN"] == "1" {
      try Data(text.utf8).write(to: url)
      return
    }
    let golden = String(decoding: try Data(contentsOf: url), as: UTF8.self)
    if golden == text { return }
    let old = golden.split(separator: "\n", omittingEmptySubsequences: false)
    let new = text.split(separator: "\n", omittingEmptySubsequences: false)
    let line = zip(old, new).enumerated().first { $1.0 != $1.1 }?.offset ?? min(old.count, new.count)
    Issue.record(
      """
      \(name) differs from line \(line + 1) on:
      - \(line < old.count ? String(old[line]) : "(end)")
      + \(line < new.count ? String(new[line]) : "(end)")
      If the new text is right: BELAY_UPDATE_GOLDEN=1 dev/test --filter FindingsTests
      """, sourceLocation: sourceLocation)
  }
}
