import Findings
import Foundation
import TestSupport
import Testing

@testable import Checker

@Suite struct ChangedLinesTests {
  private func lines(_ text: String) -> [String: [ClosedRange<Int>]] {
    UnifiedDifference(Array(text.utf8)).changedLines
  }

  @Test func hunks() {
    #expect(
      lines(
        "diff --git a/x.go b/x.go\n--- a/x.go\n+++ b/x.go\n@@ -1 +1 @@ func\n-a\n+b\n@@ -5,2 +5,3 @@\n-a\n-b\n+c\n+d\n+e\n@@ -9,2 +10,0 @@\n-a\n-b\n"
      ) == ["x.go": [1...1, 5...7, 10...11]])
  }

  @Test func carriageReturnsBelongToTheFile() {
    #expect(
      lines("+++ b/x.go\r\n") == [:]
        && lines("+++ b/x.go\n@@ -1 +1 @@\n-a\r\n+b\r\n@@ -7 +7 @@\n-a\r\n+b\r\n") == [
          "x.go": [1...1, 7...7]
        ])
  }

  @Test func changedTextThatLooksLikeAHead() {
    #expect(
      lines(
        "+++ b/x.go\n@@ -1,2 +1,2 @@\n--- a/y.go\n-b\n+++ b/y.go\n+@@ -1 +9 @@\n@@ -8 +8 @@\n-a\n+b\n\\ No newline\n")
        == [
          "x.go": [1...2, 8...8]
        ])
  }

  @Test func quotedNamesAndRemovedFiles() {
    #expect(lines("+++ \"b/a\\tb\\303\\244\\\\.go\"\n@@ -0,0 +1,2 @@\n+a\n+b\n") == ["a\tbä\\.go": [1...2]])
    #expect(lines("+++ b/with space.go\t\n@@ -1 +1 @@\n-a\n+b\n") == ["with space.go": [1...1]])
    #expect(lines("--- a/x.go\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n") == [:])
  }

  @Test func garbageNeverCrashes() {
    var random = SeededRandom()
    print("seed \(random.seed)")
    let pieces = [
      "+++ ", "b/", "\"", "\\", "\\7", "@@ ", "-1", "+1", ",", "99999999999999999999", "9223372036854775807", " ", "\n",
      "\r", "+", "-",
      "@@", "\u{0}", "-0,0",
    ]
    for _ in 0..<3000 {
      let count = Int.random(in: 0..<30, using: &random)
      let text = (0..<count).map { _ in pieces.randomElement(using: &random)! }.joined()
      _ = lines(text)
    }
    #expect(lines("+++ b/x\n@@ -1,9223372036854775807 +9223372036854775807,9223372036854775807 @@\n") == [:])
  }

  // A real repository.

  private func git(_ arguments: String..., in folder: TemporaryFolder) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["git", "-C", folder.path, "-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
      + arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "git \(arguments)")
  }

  private func finding(_ file: String, _ line: Int, step: Int? = nil) -> Finding {
    Finding(
      rule: "BM001", severity: .red, message: "m", place: Place(file: file, line: line, column: 1), symbol: "",
      steps: step.map { [FlowStep(.freed, at: Place(file: file, line: $0, column: 1), "s")] } ?? [])
  }

  @Test func aRealRepository() throws {
    let folder = try TemporaryFolder()
    try git("init", "-q", in: folder)
    try folder.write((1...20).map { "line \($0)\r\n" }.joined(), to: "sub/a ö.go")
    try folder.write("old\n", to: "b.go")
    try git("add", ".", in: folder)
    try git("commit", "-qm", "first", in: folder)
    // The user's own settings must not change what is read.
    try git("config", "diff.noprefix", "true", in: folder)
    try git("config", "diff.mnemonicPrefix", "true", in: folder)
    try git("config", "diff.relative", "true", in: folder)
    try git("config", "color.ui", "always", in: folder)
    let changed = (1...20).map { [3, 15].contains($0) ? "++ changed\r\n" : "line \($0)\r\n" }.joined()
    try folder.write(changed, to: "sub/a ö.go")
    try folder.write("new\n", to: "sub/new.go")
    let top = try ChangedLines(since: "HEAD", root: folder.path)
    #expect(top.touches(finding("sub/a ö.go", 3)) && top.touches(finding("sub/a ö.go", 15)))
    #expect(!top.touches(finding("sub/a ö.go", 4)) && !top.touches(finding("b.go", 1)))
    #expect(top.touches(finding("sub/a ö.go", 1, step: 15)))
    #expect(top.touches(finding("sub/new.go", 1)))
    let below = try ChangedLines(since: "HEAD", root: folder.path + "/sub")
    #expect(below.touches(finding("a ö.go", 15)) && !below.touches(finding("a ö.go", 4)))
    #expect(below.touches(finding("new.go", 1)))
    try folder.write("other\n", to: "b.go")
    #expect(try ChangedLines(since: "HEAD", root: folder.path + "/sub").touches(finding(folder.path + "/b.go", 1)))
  }

  @Test func whatGitRefusesIsSaid() throws {
    let folder = try TemporaryFolder()
    #expect { try ChangedLines(since: "HEAD", root: folder.path) } throws: { "\($0)".contains("not a git repository") }
    #expect { try ChangedLines(since: "--output=x", root: folder.path) } throws: {
      "\($0)".contains("this is no revision")
    }
    try git("init", "-q", in: folder)
    #expect { try ChangedLines(since: "nowhere", root: folder.path) } throws: { "\($0)".contains("nowhere") }
  }
}
