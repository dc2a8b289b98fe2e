import LabFaults

/// Which tool catches which fault: what happened to the same program without a tool, and with each.
public struct ToolMatrix: Sendable, Equatable, Codable {
  /// A program, and what happened to it.
  public struct Row: Sendable, Equatable, Codable {
    /// The scenario's number.
    public let scenario: Int
    /// The language, with its version.
    public let language: String
    /// The program.
    public let variant: String
    /// Whether it has a fault or a defence.
    public let kind: FaultVariant.Kind
    /// For each column what happened; nil where it did not run.
    public let cells: [String?]
  }

  /// The tools; the first column is without any.
  public let columns: [String]
  /// The programs that ran with a tool.
  public let rows: [Row]

  /// The matrix of what ran.
  public init(_ scenarios: [LabReport.Scenario]) {
    let results = scenarios.flatMap(\.results)
    let tools = Set(results.compactMap(\.tool)).sorted()
    columns = ["without"] + tools
    var rows: [Row] = []
    for scenario in scenarios {
      var seen: Set<[String]> = []
      for result in scenario.results where seen.insert([result.language, result.variant]).inserted {
        let same = scenario.results.filter { $0.language == result.language && $0.variant == result.variant }
        guard same.contains(where: { $0.tool != nil }) else { continue }
        let cells = ([nil] + tools).map { tool in same.first { $0.tool == tool }.map { Self.cell($0) } }
        rows.append(
          Row(
            scenario: scenario.number, language: result.language, variant: result.variant, kind: result.kind,
            cells: cells))
      }
    }
    self.rows = rows
  }

  private static func cell(_ result: LabResult) -> String {
    guard result.outcome.kind == .caught else { return result.outcome.kind.text }
    // The checker's cell names the rules; who caught it otherwise matters when it was not the tool itself.
    return result.tool == LabResult.checker ? result.outcome.detail : "caught by \(result.outcome.by ?? "it")"
  }

  /// The matrix as text, with a line end behind each line.
  public var text: String {
    guard !rows.isEmpty else { return "" }
    var table = LabTable(["", "", ""] + columns)
    for row in rows {
      table.add(["\(row.scenario)", row.language, row.variant] + row.cells.map { $0 ?? "" })
    }
    return "15. tools: which tool catches which fault\n"
      + table.text.split(separator: "\n").map { "   \($0)\n" }.joined()
  }
}
