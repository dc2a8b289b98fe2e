import Checker
import Foundation

/// Output of the command line.
enum Files {
  /// Writes a file in one step, so that nobody reads half of it.
  static func write(_ text: String, to path: String, what: String) throws {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw CheckFailure(
        "cannot write \(what) to \(path)", (error as NSError).localizedDescription, "give a path that can be written")
    }
  }

  /// Writes to standard output. A reader that went away is not an error.
  static func print(_ text: String) {
    signal(SIGPIPE, SIG_IGN)
    try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
  }

  static func printError(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
  }
}
