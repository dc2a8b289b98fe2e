/// What a fix changes, as lines that go and lines that come.
///
/// Edits of the same or of touching lines are shown as one change, applied together; lines at the edges that stay as they are, and lines that come out empty, are
/// left out.
struct FixPreview {
  /// A line of the difference.
  enum Line: Equatable {
    case removed(String)
    case added(String)
  }

  private(set) var lines: [Line] = []

  init(_ fix: Fix, _ sources: any SourceProvider) {
    var group: [Fix.Edit] = []
    for edit in fix.edits.sorted(by: { $0.place < $1.place }) {
      if let last = group.last,
        last.place.file != edit.place.file || (group.map(\.place.endLine).max() ?? 0) < edit.place.line
      {
        show(group, sources)
        group = []
      }
      group.append(edit)
    }
    show(group, sources)
  }

  private mutating func show(_ edits: [Fix.Edit], _ sources: any SourceProvider) {
    guard let first = edits.first?.place, let lastLine = edits.map(\.place.endLine).max(), lastLine >= first.line else {
      return
    }
    var bytes: [UInt8] = []
    var starts: [Int] = []
    var old: [String] = []
    for number in first.line...lastLine {
      guard let line = sources.line(number, of: first.file) else { break }
      starts.append(bytes.count)
      bytes += Array(line.utf8) + [0x0A]
      old.append(line)
    }
    guard !old.isEmpty else { return }
    bytes.removeLast()
    func offset(_ line: Int, _ column: Int) -> Int {
      let index = line - first.line
      if index >= starts.count { return bytes.count }
      return min(starts[max(0, index)] + max(0, column - 1), bytes.count)
    }
    for edit in edits.reversed() {
      let start = offset(edit.place.line, edit.place.column)
      let end = max(start, offset(edit.place.endLine, edit.place.endColumn))
      bytes.replaceSubrange(start..<end, with: Array(edit.replacement.utf8))
    }
    var new = String(decoding: bytes, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline
    ).map(
      String.init)
    while let line = old.first, line == new.first {
      old.removeFirst()
      new.removeFirst()
    }
    while let line = old.last, line == new.last {
      old.removeLast()
      new.removeLast()
    }
    lines += old.map { .removed(SourceExcerpt.line($0)) }
    lines += new.filter { !$0.allSatisfy(\.isWhitespace) }.map { .added(SourceExcerpt.line($0)) }
  }
}
