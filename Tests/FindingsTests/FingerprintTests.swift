import Foundation
import TestSupport
import Testing

@testable import Findings

@Suite struct FingerprintTests {
  private func fingerprints(_ text: String, _ places: [(line: Int, rule: String, symbol: String)]) -> [String] {
    var findings = places.map {
      Finding(
        rule: $0.rule, severity: .red, message: "m \($0.line)", place: Place(file: "a.go", line: $0.line, column: 1),
        symbol: $0.symbol)
    }
    Fingerprint.assign(to: &findings, sources: TextSources(files: ["a.go": text]))
    return findings.map(\.fingerprint)
  }

  @Test func codeThatMovesKeepsIt() {
    let before = fingerprints("free(p)\n", [(1, "BM001", "f")])
    let after = fingerprints("// new\n\n\t free(p)  \n", [(3, "BM001", "f")])
    #expect(before == after)
  }

  @Test func ruleSymbolAndTextTellFindingsApart() {
    let text = "free(p)\nfree(q)\n"
    let all = fingerprints(text, [(1, "BM001", "f"), (1, "BM002", "f"), (1, "BM001", "g"), (2, "BM001", "f")])
    #expect(Set(all).count == 4)
    // What could be read as one text in two ways.
    #expect(Fingerprint.hash(["ab", "c"]) != Fingerprint.hash(["a", "bc"]))
  }

  @Test func equalOnesAreNumberedByPlace() {
    let text = "free(p)\nfree(p)\n"
    let one = fingerprints(text, [(1, "BM001", "f"), (2, "BM001", "f")])
    let other = fingerprints(text, [(2, "BM001", "f"), (1, "BM001", "f")])
    #expect(one.map { $0.suffix(2) } == [":1", ":2"] && one == other.reversed())
    // A finding of another rule between them changes nothing.
    #expect(fingerprints(text, [(1, "BM001", "f"), (1, "BM002", "f"), (2, "BM001", "f")]).first == one.first)
  }

  /// A baseline that users have committed must stay valid: this value never changes.
  @Test func theHashIsFixed() { #expect(Fingerprint.hash(["BM001", "a.go", "f", "free(p)"]) == "358cb1cd2a0ac8d5") }
}

@Suite struct BaselineTests {
  @Test func roundTrip() throws {
    var report = Sample.report
    for index in report.findings.indices { report.findings[index].suppression = nil }
    report.findings[4].suppression = .comment(reason: "x")
    let text = Baseline(report).encoded()
    #expect(try Golden.difference(text, "baseline.json") == nil)
    let baseline = try Baseline(data: Data(text.utf8))
    #expect(baseline == Baseline(report))
    #expect(baseline.apply(to: &report) == [])
    #expect(report.open == [])
    // Written again from a run that used it, it holds the same.
    #expect(Baseline(report).encoded() == text)
  }

  @Test func newOnesAreOpenAndGoneOnesAreTold() throws {
    let report = Sample.report
    var old = report
    old.findings.removeFirst()
    for index in old.findings.indices { old.findings[index].suppression = nil }
    old.findings[0].fingerprint = "gone"
    var now = report
    for index in now.findings.indices { now.findings[index].suppression = nil }
    #expect(Baseline(old).apply(to: &now).map(\.fingerprint) == ["gone"])
    #expect(now.open.map(\.fingerprint) == report.findings[0...1].map(\.fingerprint))
  }

  @Test func aCommentStaysAComment() {
    var report = Sample.report
    let baseline = Baseline(report: report, all: true)
    _ = baseline.apply(to: &report)
    #expect(report.findings[4].suppression == .comment(reason: "one <session> only"))
  }

  @Test(arguments: [
    "", "{}", "[]", "null", "{\"version\":2,\"findings\":[]}", "{\"version\":1,\"findings\":[{}]}", "\u{0}",
  ])
  func whatIsNoBaselineIsAFailure(text: String) {
    #expect(throws: Baseline.Failure.self) { try Baseline(data: Data(text.utf8)) }
  }
}

extension Baseline {
  /// A baseline that holds suppressed findings as well.
  fileprivate init(report: Report, all: Bool) {
    var open = report
    for index in open.findings.indices { open.findings[index].suppression = nil }
    self.init(open)
  }
}
