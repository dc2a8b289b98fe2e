import Diagnosis

/// Columns of text, all aligned to the left.
struct LabTable {
  private var table: TextTable

  init(_ header: [String]) { table = TextTable(header, right: header.map { _ in false }) }

  mutating func add(_ row: [String]) { table.add(row) }

  var text: String { table.text }
}
