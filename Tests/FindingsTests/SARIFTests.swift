import Foundation
import Testing

@testable import Findings

@Suite struct SARIFTests {
  private func render(_ report: Report) -> Data { Data(SARIFReporter().render(report, sources: Sample.sources).utf8) }

  private func log(_ report: Report) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: render(report)) as? [String: Any])
  }

  @Test func theLogHasTheShapeOfTheStandard() throws {
    #expect(SARIFShape.log.faults(in: try log(Sample.report)) == [])
    var odd = Sample.report
    odd.findings[0].fixes = [Fix("Nothing", edits: [])]
    odd.findings[0].place.file = "a:b ö;%.go"
    odd.findings[1].place.file = "/absolute/ü.go"
    #expect(SARIFShape.log.faults(in: try log(odd)) == [])
    // The shape is worth something.
    var broken = try log(Sample.report)
    broken["version"] = "2.0.0"
    broken["more"] = 1
    #expect(SARIFShape.log.faults(in: broken).count == 2)
  }

  @Test func whatGitHubAsksFor() throws {
    let run = try #require((try log(Sample.report)["runs"] as? [[String: Any]])?.first)
    let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
    let rules = try #require(driver["rules"] as? [[String: Any]])
    let results = try #require(run["results"] as? [[String: Any]])
    #expect(results.count == Sample.report.findings.count)
    for result in results {
      let index = try #require(result["ruleIndex"] as? Int)
      #expect(rules[index]["id"] as? String == result["ruleId"] as? String)
      let hash = (result["partialFingerprints"] as? [String: String])?["primaryLocationLineHash"]
      #expect(hash?.wholeMatch(of: /[0-9a-f]{16}:[0-9]+/) != nil)
      for location in try #require(result["locations"] as? [[String: Any]]) {
        let artifact = (location["physicalLocation"] as? [String: Any])?["artifactLocation"] as? [String: Any]
        #expect(artifact?["uriBaseId"] as? String == "%SRCROOT%")
      }
    }
  }

  @Test func columnsAreUTF16Units() throws {
    var report = Sample.report
    report.findings = [report.findings[2]]
    let data = render(report)
    let result = try #require(try JSONDecoder().decode(SARIFLog.self, from: data).runs.first?.results.first)
    let region = try #require(result.locations.first?.physicalLocation?.region)
    // Two characters of three bytes stand before it.
    #expect(region.startColumn == 18 && region.endColumn == 35)
  }

  @Test func aRunHoldsTheWorstAndSaysWhatIsMissing() throws {
    var report = Sample.report
    let template = report.findings[2]
    report.findings = (0..<(SARIFReporter.maximumResults + 10)).map { number in
      var finding = template
      finding.steps = []
      finding.fixes = []
      finding.place.file = "none.go"
      finding.place.line = number + 1
      if number % 5000 == 7 { finding.severity = .green }
      if number % 5000 == 9 { finding.suppression = .baseline }
      return finding
    }
    let kept = SARIFReporter.worst(report.findings)
    #expect(kept.count == SARIFReporter.maximumResults)
    // 12 of them are green or suppressed; ten had to go, suppressed ones first.
    #expect(kept.filter { $0.suppression != nil }.isEmpty && kept.filter { $0.severity == .green }.count == 2)
    #expect(kept.map(\.place.line) == kept.map(\.place.line).sorted())
    let data = render(report)
    #expect(
      try JSONDecoder().decode(SARIFLog.self, from: data).runs.first?.results.count == SARIFReporter.maximumResults)
    #expect(String(decoding: data, as: UTF8.self).contains("10 more findings are left out"))
  }

  @Test func aReportComesBack() throws {
    var report = Sample.report
    report.findings.removeAll { $0.place.line == 6 }
    let read = try SARIFReader.report(render(report))
    #expect(read.findings.map(\.message) == report.findings.map(\.message))
    #expect(read.findings.map(\.suppression) == report.findings.map(\.suppression))
    #expect(read.findings.map(\.fingerprint) == report.findings.map(\.fingerprint))
    #expect(read.findings.map(\.fixes) == report.findings.map(\.fixes))
    #expect(read.findings.map(\.symbol) == report.findings.map(\.symbol))
    #expect(read.findings.map(\.place.file) == report.findings.map(\.place.file))
    #expect(read.diagnostics == report.diagnostics)
    #expect(read.rules == report.rules)
    #expect(read.statistics == report.statistics && read.toolVersion == report.toolVersion)
  }

  @Test func shardsBecomeOneReport() throws {
    var parts = [Sample.report, Sample.report]
    parts[0].findings.removeLast(2)
    parts[1].findings.removeFirst(2)
    parts[1].diagnostics.append(Diagnostic(at: Place(file: "z.go", line: 1, column: 1), "more"))
    let read = try parts.map { try SARIFReader.report(render($0)) }
    let merged = SARIFReader.merge(read)
    #expect(Set(merged.findings.map(\.fingerprint)) == Set(Sample.report.findings.map(\.fingerprint)))
    #expect(merged.findings.count == Sample.report.findings.count)
    #expect(merged.diagnostics.count == 3)
    #expect(merged.rules == Sample.report.rules)
    // The order of the parts does not matter.
    #expect(SARIFReader.merge(read.reversed()).findings == merged.findings)
    // Written and read once more, nothing moves: its columns are UTF-16 units already.
    let sources = TextSources(files: [:])
    let again = try SARIFReader.report(Data(SARIFReporter().render(merged, sources: sources).utf8))
    #expect(again.findings == merged.findings)
  }

  @Test func whatIsNoLogOfOursIsAFailure() throws {
    let whole = render(Sample.report)
    var cases = ["", "{}", "null", "[]", "{\"version\":\"2.1.0\",\"runs\":[]}"].map { Data($0.utf8) }
    for length in stride(from: 0, to: whole.count - 2, by: 997) { cases.append(whole.prefix(length)) }
    cases.append(
      Data(
        "{\"version\":\"2.1.0\",\"$schema\":\"\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"x\"}},\"results\":[]}]}"
          .utf8))
    for data in cases { #expect(throws: SARIFReader.Failure.self) { try SARIFReader.report(data) } }
  }

  /// Numbers that no source has: reading, merging and writing stand them.
  @Test func hostileNumbers() throws {
    let text = String(decoding: render(Sample.report), as: UTF8.self)
    for number in ["0", "-1", "9223372036854775807", "-9223372036854775808"] {
      let changed = text.replacing(/"(startLine|startColumn|endLine|endColumn)" : [0-9]+/) { "\"\($0.1)\" : \(number)" }
      #expect(changed != text)
      let merged = SARIFReader.merge([try SARIFReader.report(Data(changed.utf8))])
      _ = SARIFReporter().render(merged, sources: Sample.sources)
      _ = TextReporter(color: false).render(merged, sources: Sample.sources)
      _ = HTMLReporter().render(merged, sources: Sample.sources)
    }
  }
}
