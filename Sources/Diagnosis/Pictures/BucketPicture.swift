/// The buckets or groups of a map as cells: the darker a cell, the fuller the bucket. A frame marks a bucket with overflow buckets behind it.
struct BucketPicture {
  struct Cell {
    /// How many of its eight slots hold an entry.
    let entries: Int
    /// How many entries its overflow buckets hold.
    let overflow: Int
  }

  let cells: [Cell]
  /// How many buckets there are; those beyond the cells are not drawn.
  let total: Int
  /// What a cell is called.
  let unit: String

  var svg: String {
    let columns = 64
    let size = 1000.0 / Double(columns)
    let rows = (cells.count + columns - 1) / columns
    let n = Markup.number
    var text = "<svg class=\"buckets\" viewBox=\"0 0 1000 \(n(Double(rows) * size))\" role=\"img\">\n"
    for (index, cell) in cells.enumerated() {
      let detail =
        "\(unit) \(index): \(cell.entries) of 8 slots"
        + (cell.overflow > 0 ? ", \(cell.overflow) entries in overflow buckets" : "")
      text +=
        "<rect x=\"\(n(Double(index % columns) * size + 1))\" y=\"\(n(Double(index / columns) * size + 1))\" width=\"\(n(size - 2))\" height=\"\(n(size - 2))\" fill=\"var(--c0)\" fill-opacity=\"\(Double(max(4, min(100, cell.entries * 12 + 4))) / 100)\""
        + (cell.overflow > 0 ? " stroke=\"var(--red)\" stroke-width=\"2\"" : "") + "><title>\(detail)</title></rect>\n"
    }
    return text + "</svg>\n"
      + (total > cells.count ? "<p class=\"faint\">The first \(cells.count) of \(total).</p>\n" : "")
  }
}
