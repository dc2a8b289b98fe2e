import Diagnosis

extension LabReport {
  /// The report for people, with a line end behind each line.
  public var text: String {
    scenarios.map { $0.text + "\n" }.joined() + notes.map { "note: \($0)\n" }.joined()
  }
}

extension LabReport.Scenario {
  /// A heading, and a line for each program.
  public var text: String {
    var table = TextTable(["program", "", "outcome", ""], right: [false, false, false, false])
    for result in results {
      table.add([
        "\(result.language) \(result.variant)", result.isGuarded ? "under guard" : result.kind.rawValue,
        result.outcome.kind.text, result.outcome.text,
      ])
    }
    let lines = table.text.split(separator: "\n").dropFirst()
    return "\(number). \(name): \(title)\n" + lines.map { "   \($0)\n" }.joined()
  }
}
