import Findings
import Foundation
import Testing

@testable import Checker

/// The programs in `Examples/Go`: every fault is found, and nothing in the safe forms.
@Test func examplesShowTheirFaultAndNothingElse() throws {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  var options = CheckOptions()
  options.root = root
  options.paths = [root + "/Examples/Go"]
  let report = Checker(options: options).run()
  #expect(report.diagnostics.isEmpty)
  let readme = try String(contentsOfFile: root + "/Examples/Go/README.md", encoding: .utf8)
  var expected: [String: String] = [:]
  for line in readme.split(separator: "\n") where line.hasPrefix("| `") {
    let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    expected["Examples/Go/\(cells[0].dropFirst().dropLast())/faulty/main.go"] = cells[1]
  }
  #expect(expected.count == 9)
  let found = Dictionary(grouping: report.findings, by: \.place.file).mapValues { Set($0.map(\.rule)) }
  #expect(found == expected.mapValues { [$0] })
}
