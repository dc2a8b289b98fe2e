import Testing

@testable import Findings

@Suite struct SourceExcerptTests {
  private func excerpt(_ line: String, _ column: Int, _ endColumn: Int) throws -> SourceExcerpt {
    try #require(
      SourceExcerpt(
        Place(file: "a", line: 1, column: column, endLine: 1, endColumn: endColumn), TextSources(files: ["a": line])))
  }

  @Test(arguments: [
    ("abc def", 5, 8, "    ^^^"), ("\tabc", 2, 5, "\t^^^"), ("漢字 x", 8, 9, "     ^"), ("漢字 x", 1, 7, "^^^^"),
    ("é x", 4, 5, "  ^"), ("e\u{301} x", 5, 6, "  ^"), ("🚀 x", 6, 7, "   ^"), ("👩‍👩‍👧 x", 20, 21, "   ^"),
    ("🇨🇭 x", 10, 11, "   ^"), ("❤️ x", 8, 9, "   ^"), ("a\tb", 1, 4, "^\t^"), ("abc", 4, 5, "   ^"),
    ("abc", 99, 120, "   ^"),
    ("", 1, 2, "^"), ("\u{1B}[31m x", 7, 8, "      ^"), ("\u{202E} x", 5, 6, "         ^"), ("abc", 2, 2, " ^"),
    ("漢字", 2, 6, "^^^^"), ("a\t(p)\t", 1, 7, "^\t^^^"),
    ("ｆｕｌｌ x", 14, 15, "         ^"), ("한글 x", 8, 9, "     ^"),
  ])
  func carets(line: String, column: Int, endColumn: Int, underline: String) throws {
    #expect(try excerpt(line, column, endColumn).underline == underline)
  }

  @Test func theMarkedPartIsWhatThePlaceSays() throws {
    let parts = try excerpt("ä := f(x) // 漢", 7, 11)
    #expect([parts.before, parts.marked, parts.after] == ["ä := ", "f(x)", " // 漢"])
  }

  @Test func longLinesAreCutAroundThePlace() throws {
    let line = String(repeating: "漢", count: 100_000) + "free(p)" + String(repeating: "漢", count: 100_000)
    let parts = try excerpt(line, 300_001, 300_008)
    #expect(parts.marked == "free(p)")
    #expect(parts.before.hasPrefix("…漢") && parts.after.hasSuffix("漢…"))
    #expect(parts.text.count < 200 && !parts.text.contains("\u{FFFD}"))
    #expect(SourceExcerpt.line(line).count < 200 && !SourceExcerpt.line(line).contains("\u{FFFD}"))
    #expect(try excerpt(line, 1, 600_000).text.utf8.count < 420)
  }

  @Test func everyCutIsSafe() throws {
    let line = "a\t漢e\u{301}🚀" + String(repeating: "x漢", count: 120)
    for column in -2...(line.utf8.count + 3) {
      for width in [0, 1, 2, 5, 300] { _ = try excerpt(line, column, column + width).underline }
    }
  }

  private func preview(_ text: String, _ edits: [(Int, Int, Int, Int, String)]) -> [FixPreview.Line] {
    let fix = Fix(
      "t",
      edits: edits.map {
        .init(at: Place(file: "a", line: $0.0, column: $0.1, endLine: $0.2, endColumn: $0.3), with: $0.4)
      })
    return FixPreview(fix, TextSources(files: ["a": text])).lines
  }

  @Test func fixesAsLines() {
    #expect(preview("a\nb\nc", [(2, 1, 2, 2, "B")]) == [.removed("b"), .added("B")])
    // Two edits of one line are one change.
    #expect(preview("f(a, b)", [(1, 3, 1, 4, "x"), (1, 6, 1, 7, "y")]) == [.removed("f(a, b)"), .added("f(x, y)")])
    #expect(preview("f(a, b)", [(1, 6, 1, 7, "y"), (1, 3, 1, 4, "x")]) == [.removed("f(a, b)"), .added("f(x, y)")])
    // What stays is not shown.
    #expect(preview("\tfree(p)", [(1, 2, 1, 2, "delete(m)\n\t")]) == [.added("\tdelete(m)")])
    #expect(preview("a\nb\nc", [(2, 1, 3, 1, "")]) == [.removed("b")])
    #expect(preview("a\n\tb", [(2, 2, 2, 3, "")]) == [.removed("\tb")])
    #expect(preview("a", [(7, 1, 7, 2, "x")]) == [])
    #expect(
      preview("a\nb\nc\nd", [(1, 1, 1, 2, "x"), (4, 1, 4, 2, "y")]) == [
        .removed("a"), .added("x"), .removed("d"), .added("y"),
      ])
  }
}
