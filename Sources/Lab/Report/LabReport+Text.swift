extension LabReport {
  /// The report for people, with a line end behind each line.
  public var text: String { scenarios.map { $0.text + "\n" }.joined() + closingText }

  /// What stands below the scenarios: which tool catches which fault, the claims, and what could not be run.
  public var closingText: String {
    [matrix.text, claimsText, notes.map { "note: \($0)\n" }.joined()].filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private var claimsText: String {
    guard !claims.isEmpty else { return "" }
    var table = LabTable(["", "", "", ""])
    for claim in claims {
      let isExpected = claim.expected == nil || claim.verdict == nil || claim.verdict == claim.expected
      table.add([
        claim.language, claim.verdictText + (isExpected ? "" : ", against what was expected"), claim.claim,
        claim.detail,
      ])
    }
    return "16. claims: popular sentences about Go's maps, tried\n" + LabReport.indented(table)
  }

  /// The rows; a header of empty cells is an empty line, and left out.
  static func indented(_ table: LabTable) -> String {
    table.text.split(separator: "\n").map { "   \($0)\n" }.joined()
  }
}

extension LabReport.Scenario {
  /// A heading, and a line for each program.
  public var text: String {
    var table = LabTable(["", "", "", ""])
    for result in results {
      table.add([
        "\(result.language) \(result.variant)", result.tool.map { "with \($0)" } ?? result.kind.rawValue,
        result.outcome.kind.text, result.outcome.text,
      ])
    }
    return "\(number). \(name): \(title)\n" + LabReport.indented(table)
  }
}
