import Findings
import Foundation

/// The lines that differ from a revision of git.
public struct ChangedLines: Sendable {
  /// Changed lines by file, relative to the root of the check.
  private var ranges: [String: [ClosedRange<Int>]] = [:]

  /// Asks git for what changed since a revision, in the files below `root`; new files that are not added yet count as changed. Throws when there is no repository or
  /// no such revision.
  public init(since revision: String, root: String) throws(CheckFailure) {
    let what = "cannot tell what changed since '\(revision)'"
    if revision.hasPrefix("-") { throw CheckFailure(what, "this is no revision", "give a branch, tag or commit") }
    let difference = try Self.git(
      ["diff", "--unified=0", "--no-color", "--no-ext-diff", "--no-renames", "--relative", revision, "--", "."], root,
      what)
    parse(difference)
    let untracked = try Self.git(["ls-files", "--others", "--exclude-standard", "-z"], root, what)
    for file in untracked.split(separator: "\0") { ranges[String(file)] = [1...Int.max] }
  }

  /// Reads a unified difference without context.
  init(difference: String) { parse(difference) }

  private mutating func parse(_ difference: String) {
    var file: String?
    for line in difference.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("+++ ") {
        file = Self.path(line.dropFirst(4))
      } else if line.hasPrefix("@@ "), let file, let range = Self.range(line) {
        ranges[file, default: []].append(range)
      }
    }
  }

  /// `b/dir/file.go`, or with quotes and escapes where git had to.
  private static func path(_ text: Substring) -> String? {
    var text = text
    if text.hasSuffix("\t") { text = text.dropLast() }
    if text == "/dev/null" { return nil }
    if text.hasPrefix("\"") {
      var bytes: [UInt8] = []
      var rest = text.dropFirst().dropLast().utf8[...]
      while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "\\"), let escape = rest.popFirst() else {
          bytes.append(byte)
          continue
        }
        if escape >= UInt8(ascii: "0") && escape <= UInt8(ascii: "7") {
          var value = Int(escape - UInt8(ascii: "0"))
          for _ in 0..<2 { if let digit = rest.popFirst() { value = value * 8 + Int(digit) - 48 } }
          bytes.append(UInt8(truncatingIfNeeded: value))
        } else {
          bytes.append(escape == UInt8(ascii: "t") ? 9 : escape == UInt8(ascii: "n") ? 10 : escape)
        }
      }
      text = Substring(String(decoding: bytes, as: UTF8.self))
    }
    return text.hasPrefix("b/") ? String(text.dropFirst(2)) : String(text)
  }

  /// The new lines of `@@ -1,2 +3,4 @@`; a removal alone touches the line before and after it.
  private static func range(_ line: Substring) -> ClosedRange<Int>? {
    guard let plus = line.split(separator: " ").first(where: { $0.hasPrefix("+") }) else { return nil }
    let numbers = plus.dropFirst().split(separator: ",").compactMap { Int($0) }
    guard let first = numbers.first else { return nil }
    let count = numbers.count > 1 ? numbers[1] : 1
    return count == 0 ? first...(first + 1) : first...(first + count - 1)
  }

  /// Whether the finding, or a step of its flow, lies on a changed line.
  public func touches(_ finding: Finding) -> Bool {
    touches(finding.place) || finding.steps.contains { touches($0.place) }
  }

  private func touches(_ place: Place) -> Bool {
    (ranges[place.file] ?? []).contains { $0.overlaps(place.line...max(place.line, place.endLine)) }
  }

  private static func git(_ arguments: [String], _ root: String, _ what: String) throws(CheckFailure) -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "-c", "core.quotepath=off", "-C", root] + arguments
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      throw CheckFailure(what, "git cannot be started", "install git, or leave --since out")
    }
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let message = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let first =
        message.split(separator: "\n").first.map(String.init) ?? "git ended with code \(process.terminationStatus)"
      throw CheckFailure(what, first, "give a revision of the repository that holds \(root)")
    }
    return String(decoding: text, as: UTF8.self)
  }
}
