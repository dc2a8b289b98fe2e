import Findings
import Foundation

/// The lines that differ from a revision of git.
public struct ChangedLines: Sendable {
  /// Changed lines by absolute path.
  private var ranges: [String: [ClosedRange<Int>]] = [:]
  /// The folder that the paths of findings are relative to.
  private let root: String

  /// Asks git for what differs between a revision and the working tree of the repository that holds `root`; new files that are not added yet count as changed. Throws
  /// when there is no repository or no such revision.
  public init(since revision: String, root: String) throws(CheckFailure) {
    self.root = root
    let what = "cannot tell what changed since '\(revision)'"
    if revision.hasPrefix("-") || revision.isEmpty {
      throw CheckFailure(what, "this is no revision", "give a branch, tag or commit")
    }
    let up = String(decoding: try Self.git(["rev-parse", "--show-cdup"], root, what), as: UTF8.self)
    let top = Self.absolute(up.trimmingCharacters(in: .newlines), below: root)
    // Whatever the user's own configuration says about differences must not change their form.
    let difference = try Self.git(
      [
        "diff", "--unified=0", "--inter-hunk-context=0", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames",
        "--no-relative", "--src-prefix=a/", "--dst-prefix=b/", revision, "--",
      ], top, what)
    for (file, lines) in UnifiedDifference(difference).changedLines { ranges[Self.absolute(file, below: top)] = lines }
    let untracked = try Self.git(["ls-files", "--others", "--exclude-standard", "-z"], top, what)
    for file in untracked.split(separator: 0) {
      ranges[Self.absolute(String(decoding: file, as: UTF8.self), below: top)] = [1...Int.max]
    }
  }

  /// Whether the finding, or a step of its flow, lies on a changed line.
  public func touches(_ finding: Finding) -> Bool {
    touches(finding.place) || finding.steps.contains { touches($0.place) }
  }

  private func touches(_ place: Place) -> Bool {
    (ranges[Self.absolute(place.file, below: root)] ?? []).contains {
      $0.overlaps(place.line...max(place.line, place.endLine))
    }
  }

  private static func absolute(_ path: String, below folder: String) -> String {
    URL(fileURLWithPath: path.hasPrefix("/") ? path : folder + "/" + path).standardizedFileURL.path
  }

  private static func git(_ arguments: [String], _ folder: String, _ what: String) throws(CheckFailure) -> [UInt8] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "-c", "core.quotepath=off", "-C", folder] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = FileHandle.nullDevice
    // Into a file: a second pipe could fill up while the first one is read.
    let errorPath = FileManager.default.temporaryDirectory.appendingPathComponent("belay-git-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: errorPath) }
    if FileManager.default.createFile(atPath: errorPath, contents: nil) {
      process.standardError = FileHandle(forWritingAtPath: errorPath)
    }
    do {
      try process.run()
    } catch {
      throw CheckFailure(what, "git cannot be started", "install git, or leave --since out")
    }
    let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
    process.waitUntilExit()
    switch process.terminationStatus {
    case 0: return bytes
    case 127: throw CheckFailure(what, "git is not installed", "install git, or leave --since out")
    default:
      let message = FileManager.default.contents(atPath: errorPath).map { String(decoding: $0, as: UTF8.self) } ?? ""
      let first = message.split(whereSeparator: \.isNewline).first.map(String.init)
      throw CheckFailure(
        what, first ?? "git ended with code \(process.terminationStatus)",
        "give a revision of the repository that holds \(folder)")
    }
  }
}
