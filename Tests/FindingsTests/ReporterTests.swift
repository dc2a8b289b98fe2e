import Foundation
import TestSupport
import Testing

@testable import Findings

@Suite struct ReporterTests {
  @Test func text() throws {
    #expect(
      try Golden.difference(TextReporter(color: false).render(Sample.report, sources: Sample.sources), "text.txt")
        == nil)
    #expect(
      try Golden.difference(
        TextReporter(color: true, showsSuppressed: true).render(Sample.report, sources: Sample.sources),
        "text-color.txt") == nil)
  }

  @Test func json() throws {
    let text = JSONReporter().render(Sample.report, sources: Sample.sources)
    #expect(try Golden.difference(text, "report.json") == nil)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["schemaVersion"] as? Int == 1)
    #expect((object["findings"] as? [Any])?.count == Sample.report.findings.count)
  }

  @Test func sarif() throws {
    #expect(
      try Golden.difference(SARIFReporter().render(Sample.report, sources: Sample.sources), "report.sarif") == nil)
  }

  @Test func github() throws {
    let text = GitHubReporter().render(Sample.report, sources: Sample.sources)
    #expect(try Golden.difference(text, "github.txt") == nil)
    // Each command is one line, whatever a message holds.
    let commands = text.split(whereSeparator: \.isNewline)
    #expect(commands.count == Sample.report.open.count + Sample.report.diagnostics.count)
    #expect(commands.allSatisfy { $0.hasPrefix("::") })
  }

  @Test func html() throws {
    #expect(try Golden.difference(HTMLReporter().render(Sample.report, sources: Sample.sources), "report.html") == nil)
  }

  /// An empty report, a report without any source, and places that the source does not have.
  @Test func reportersStandWhatIsMissing() {
    let empty = Report(toolVersion: "0", rules: [], findings: [], diagnostics: [], statistics: .init())
    var odd = Sample.report
    for index in odd.findings.indices {
      odd.findings[index].place = Place(file: "other.go", line: 3, column: 500, endLine: 3, endColumn: 2)
      odd.findings[index].steps.append(FlowStep(.note, at: Place(file: "other.go", line: 0, column: 0), "nowhere"))
      odd.findings[index].steps.append(FlowStep(.note, at: Place(file: "", line: 99, column: -7), "nowhere"))
      odd.findings[index].fixes = [
        Fix("Odd", edits: []),
        Fix(
          "Odd",
          edits: [.init(at: Place(file: "other.go", line: 3, column: 0, endLine: 1, endColumn: -1), with: "x\n\ny")]),
      ]
      odd.findings[index].fixes.swapAt(0, index % 2)
    }
    let reporters: [any Reporter] = [
      TextReporter(color: true, showsSuppressed: true), JSONReporter(), SARIFReporter(), GitHubReporter(),
      HTMLReporter(),
    ]
    for reporter in reporters {
      for report in [empty, odd, Sample.report] {
        for sources in [Sample.sources, TextSources(files: [:])] {
          #expect(reporter.render(report, sources: sources) == reporter.render(report, sources: sources))
        }
      }
    }
    #expect(TextReporter(color: false).render(empty, sources: Sample.sources).hasPrefix("no findings in 0 files"))
  }

  @Test func nothingHostileReachesATerminal() {
    let text = TextReporter(color: false, showsSuppressed: true).render(Sample.report, sources: Sample.sources)
    let hostile = text.unicodeScalars.filter {
      ($0.value < 0x20 && $0 != "\n" && $0 != "\t") || (0x7F...0x9F).contains($0.value)
        || (0x202A...0x202E).contains($0.value)
    }
    #expect(Array(hostile) == [])
  }

  @Test func nothingHostileBecomesMarkup() {
    let page = HTMLReporter().render(Sample.report, sources: Sample.sources)
    #expect(!page.contains("<img") && !page.contains("<b>evil") && !page.contains("alert(1)</script>"))
    #expect(page.components(separatedBy: "<script").count == 2 && page.components(separatedBy: "</script").count == 2)
    // Without the network: no address is loaded from anywhere.
    for attribute in [" src=", " href=", "url(", "@import", "fetch(", "XMLHttpRequest"] {
      #expect(!page.replacing("&lt;img src=x", with: "").contains(attribute), "\(attribute)")
    }
  }
}
