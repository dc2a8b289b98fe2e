import Findings
import Foundation

/// Applies the first fix of each open finding to the source. Fixes whose edits overlap those of another are left for the next run.
public struct FixApplier {
  private let root: String

  /// Fixes below a folder.
  public init(root: String) { self.root = root }

  /// Writes the changed files, each in one step, and takes the mended findings out of the report.
  public func apply(_ report: inout Report) throws(CheckFailure) {
    var taken: [Place] = []
    var edits: [String: [Fix.Edit]] = [:]
    var mended: Set<String> = []
    for finding in report.open {
      guard let fix = finding.fixes.first, !fix.edits.isEmpty else { continue }
      if fix.edits.contains(where: { edit in taken.contains { Self.overlap($0, edit.place) } }) { continue }
      taken += fix.edits.map(\.place)
      for edit in fix.edits { edits[edit.place.file, default: []].append(edit) }
      mended.insert(finding.fingerprint)
    }
    for (file, fileEdits) in edits.sorted(by: { $0.key < $1.key }) { try rewrite(file, fileEdits) }
    report.findings.removeAll { mended.contains($0.fingerprint) }
  }

  private static func overlap(_ left: Place, _ right: Place) -> Bool {
    guard left.file == right.file else { return false }
    return (left.line, left.column) < (right.endLine, right.endColumn)
      && (right.line, right.column) < (left.endLine, left.endColumn)
      || (left.line, left.column) == (right.line, right.column)
  }

  private func rewrite(_ file: String, _ edits: [Fix.Edit]) throws(CheckFailure) {
    let path = file.hasPrefix("/") ? file : root + "/" + file
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CheckFailure("cannot fix \(file)", "it cannot be read", "check its permissions")
    }
    var bytes = [UInt8](data)
    var starts = [0]
    for (index, byte) in bytes.enumerated() where byte == 0x0A { starts.append(index + 1) }
    func offset(_ line: Int, _ column: Int) -> Int {
      line > starts.count ? bytes.count : min(bytes.count, starts[max(0, line - 1)] + max(0, column - 1))
    }
    let ranges = edits.map { edit in
      let start = offset(edit.place.line, edit.place.column)
      return (start..<max(start, offset(edit.place.endLine, edit.place.endColumn)), edit.replacement)
    }
    // From the end to the start, so that offsets in front stay right.
    for (range, replacement) in ranges.sorted(by: { $0.0.lowerBound > $1.0.lowerBound }) {
      bytes.replaceSubrange(range, with: Array(replacement.utf8))
    }
    do {
      try AtomicFile.write(Data(bytes), to: path)
    } catch {
      throw CheckFailure("cannot fix \(file)", (error as NSError).localizedDescription, "check its permissions")
    }
  }
}
