import Findings
import Foundation

/// What `--statistics` shows: findings by rule, and what was read.
struct StatisticsTable {
  let text: String

  init(_ report: Report) {
    let byRule = Dictionary(grouping: report.findings, by: \.rule)
    let width = report.rules.map(\.name.count).max() ?? 0
    var lines: [String] = []
    for rule in report.rules {
      let findings = byRule[rule.id] ?? []
      let open = findings.filter { $0.suppression == nil }.count
      let suppressed = findings.count - open
      lines.append(
        "\(rule.id)  \(rule.name.padding(toLength: width, withPad: " ", startingAt: 0))  \(open) open, \(suppressed) suppressed"
      )
    }
    let counts = report.statistics
    lines.append(
      "\(counts.packages) packages (\(counts.cachedPackages) from the cache), \(counts.files) files, \(counts.lines) lines, \(counts.functions) functions"
    )
    lines.append("\((counts.seconds * 1000).rounded() / 1000) s")
    text = lines.joined(separator: "\n")
  }
}
