import Foundation

/// Texts that were read and found right, in the folder `Golden` beside the test.
public enum Golden {
  /// How a text differs from a file; nil if it does not. With `BELAY_UPDATE_GOLDEN=1` writes the file instead.
  public static func difference(_ text: String, _ name: String, test file: String = #filePath) throws -> String? {
    let url = URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent("Golden/\(name)")
    if ProcessInfo.processInfo.environment["BELAY_UPDATE_GOLDEN"] == "1" {
      try Data(text.utf8).write(to: url)
      return nil
    }
    let golden = String(decoding: try Data(contentsOf: url), as: UTF8.self)
    if golden == text { return nil }
    let old = golden.split(separator: "\n", omittingEmptySubsequences: false)
    let new = text.split(separator: "\n", omittingEmptySubsequences: false)
    let line = zip(old, new).enumerated().first { $1.0 != $1.1 }?.offset ?? min(old.count, new.count)
    let suite = url.deletingLastPathComponent().deletingLastPathComponent().lastPathComponent
    return """
      \(name) differs from line \(line + 1) on:
      - \(line < old.count ? String(old[line]) : "(end)")
      + \(line < new.count ? String(new[line]) : "(end)")
      If the new text is right: BELAY_UPDATE_GOLDEN=1 dev/test --filter \(suite)
      """
  }
}
