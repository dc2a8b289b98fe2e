import Findings
import Foundation
import Testing

@testable import Checker

@Suite struct FixApplierTests {
  private func finding(_ fingerprint: String, _ edits: [Fix.Edit]) -> Finding {
    var finding = Finding(
      rule: "BM001", severity: .red, message: "m", place: Place(file: "a.go", line: 1, column: 1), symbol: "",
      fixes: [Fix("Mend it", edits: edits)])
    finding.fingerprint = fingerprint
    return finding
  }

  private func edit(_ line: Int, _ column: Int, _ endLine: Int, _ endColumn: Int, _ text: String) -> Fix.Edit {
    Fix.Edit(at: Place(file: "a.go", line: line, column: column, endLine: endLine, endColumn: endColumn), with: text)
  }

  private func apply(_ text: String, _ findings: [Finding]) throws -> (text: String, left: [String]) {
    let folder = try TemporaryFolder()
    try folder.write(text, to: "a.go")
    var report = Report(toolVersion: "0", rules: [], findings: findings, diagnostics: [], statistics: .init())
    try FixApplier(root: folder.path).apply(&report)
    return (try folder.read("a.go"), report.findings.map(\.fingerprint))
  }

  @Test func editsOfSeveralFindings() throws {
    let result = try apply(
      "one\ntwö x\nthree\n",
      [finding("1", [edit(3, 1, 3, 6, "3"), edit(1, 1, 1, 4, "1")]), finding("2", [edit(2, 6, 2, 7, "y")])])
    #expect(result.text == "1\ntwö y\n3\n" && result.left == [])
  }

  @Test func overlappingFixesWaitForTheNextRun() throws {
    let result = try apply(
      "abcdef\n",
      [
        finding("1", [edit(1, 2, 1, 4, "X")]), finding("2", [edit(1, 3, 1, 5, "Y")]),
        finding("3", [edit(1, 4, 1, 5, "Z")]),
      ])
    #expect(result.text == "aXZef\n" && result.left == ["2"])
  }

  @Test func insertionsAtOnePlaceAreNotMixed() throws {
    let result = try apply("ab\n", [finding("1", [edit(1, 2, 1, 2, "X")]), finding("2", [edit(1, 2, 1, 2, "Y")])])
    #expect(result.text == "aXb\n" && result.left == ["2"])
  }

  @Test func suppressedFindingsAreLeftAlone() throws {
    var known = finding("1", [edit(1, 1, 1, 2, "X")])
    known.suppression = .baseline
    #expect(try apply("ab\n", [known]).text == "ab\n")
  }

  @Test func carriageReturnsStay() throws {
    #expect(try apply("ab\r\ncd\r\n", [finding("1", [edit(2, 1, 2, 3, "x")])]).text == "ab\r\nx\r\n")
  }

  @Test func placesOutsideOfTheFileNeverCrash() throws {
    for place in [(0, 0, 0, 0), (9, 1, 9, 2), (1, 99, 1, 120), (2, 1, 1, 1), (1, 3, 1, 1), (-5, -5, -4, -4)] {
      _ = try apply("ab\ncd\n", [finding("1", [edit(place.0, place.1, place.2, place.3, "x")])])
    }
  }

  @Test func aFileThatIsGoneIsAFailure() throws {
    let folder = try TemporaryFolder()
    var report = Report(
      toolVersion: "0", rules: [], findings: [finding("1", [edit(1, 1, 1, 2, "x")])], diagnostics: [],
      statistics: .init())
    #expect(throws: CheckFailure.self) { try FixApplier(root: folder.path).apply(&report) }
  }

  @Test func linksAndPermissionsStay() throws {
    let folder = try TemporaryFolder()
    let target = try folder.write("old", to: "target.sh")
    try FileManager.default.setAttributes([.posixPermissions: 0o751], ofItemAtPath: target)
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: "target.sh")
    try AtomicFile.write(Data("new".utf8), to: folder.path + "/link")
    #expect(try folder.read("target.sh") == "new")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path + "/link") == "target.sh")
    let permissions = try FileManager.default.attributesOfItem(atPath: target)[.posixPermissions] as? NSNumber
    #expect(permissions?.intValue == 0o751)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["link", "target.sh"])
    #expect(throws: (any Error).self) { try AtomicFile.write(Data(), to: folder.path) }
    #expect(throws: (any Error).self) { try AtomicFile.write(Data(), to: folder.path + "/no/such/folder/x") }
    try AtomicFile.write(Data("x".utf8), to: "/dev/null")
  }
}
