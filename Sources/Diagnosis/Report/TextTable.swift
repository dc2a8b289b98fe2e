/// Columns of text, the first aligned to the right if they are numbers.
package struct TextTable {
  private var rows: [[String]] = []
  private let alignsRight: [Bool]

  /// A table. Columns for which `right` is true are aligned to the right; the last column is never padded.
  package init(_ header: [String], right: [Bool]) {
    rows = [header]
    alignsRight = right
  }

  package mutating func add(_ row: [String]) { rows.append(row) }

  package var text: String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        if column > 0 { line += "  " }
        line += alignsRight[column] ? padding + cell : column == row.count - 1 ? cell : cell + padding
      }
      // Where the last cells are empty, the padding of those before them says nothing.
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}

/// A number of bytes in a unit that fits.
func byteText(_ bytes: UInt64) -> String {
  var value = Double(bytes)
  for unit in ["B", "KiB", "MiB", "GiB"] {
    if value < 1024 || unit == "GiB" {
      return unit == "B" ? "\(bytes) B" : "\((value * 10).rounded() / 10) \(unit)"
    }
    value /= 1024
  }
  return "\(bytes) B"
}

/// A share as a percentage.
func percentText(_ share: Double) -> String { "\(Int((share * 100).rounded()))%" }
