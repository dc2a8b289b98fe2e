import Checker
import Foundation

/// Input and output of the command line.
enum Files {
  /// Writes a file in one step, so that nobody reads half of it.
  static func write(_ text: String, to path: String, what: String) throws {
    do {
      try AtomicFile.write(Data(text.utf8), to: path)
    } catch {
      throw CheckFailure(
        "cannot write \(what) to \(path)", (error as NSError).localizedDescription, "give a path that can be written")
    }
  }

  /// Writes to standard output. A reader that went away is not an error; a full disk is.
  static func print(_ text: String) throws {
    signal(SIGPIPE, SIG_IGN)
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      // The buffer lives for the call; write(2) reads no more than the count it is given.
      let count = bytes.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count >= 0 {
        bytes = bytes.dropFirst(count)
      } else if errno == EPIPE {
        return
      } else if errno != EINTR {
        throw CheckFailure(
          "cannot write to standard output", String(cString: strerror(errno)), "give a file with --output")
      }
    }
  }

  /// Writes a value as JSON to standard output.
  static func print(json value: some Encodable, onOneLine: Bool = false) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if !onOneLine { encoder.outputFormatting.insert(.prettyPrinted) }
    try print(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n")
  }

  /// Writes a line to standard error, where nothing can be said of a failure.
  static func printError(_ text: String) {
    signal(SIGPIPE, SIG_IGN)
    try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
  }

  /// Fails for a path that does not exist. `folder/...` stands for the folder, as for the go command.
  static func checkExistence(of paths: [String], toDo verb: String) throws {
    for path in paths where !FileManager.default.fileExists(atPath: folder(path)) {
      throw CheckFailure(
        "cannot \(verb) '\(path)'", "there is no such file or folder", "give the path of a Go file or of a folder")
    }
  }

  /// The path without the dots of `folder/...`.
  static func folder(_ path: String) -> String {
    if path == "..." { return "." }
    guard path.hasSuffix("/...") else { return path }
    return path == "/..." ? "/" : String(path.dropLast(4))
  }
}
