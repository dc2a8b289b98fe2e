extension InspectionReport {
  /// The report for a terminal.
  /// - Parameter limit: how many lines of maps are shown.
  public func text(limit: Int) -> String {
    let used = summaries.filter { $0.state != "garbage" }
    let garbage = summaries.filter { $0.state == "garbage" }
    func sum(_ list: [MapSummary], _ value: (MapSummary) -> UInt64) -> UInt64 { list.reduce(0) { $0 + value($1) } }
    var lines = [
      "process \(pid): \(program)",
      "\(goVersion), \(mapLayout == "swiss" ? "Swiss" : "classic") maps, \(goroutines) goroutines, heap \(byteText(heapBytes))",
      "\(used.reduce(0) { $0 + $1.maps }) maps, \(used.reduce(0) { $0 + $1.entries }) entries, \(byteText(sum(used) { $0.bytes }))"
        + (garbage.isEmpty
          ? "" : "; \(garbage.reduce(0) { $0 + $1.maps }) maps of \(byteText(sum(garbage) { $0.bytes })) are garbage"),
    ]
    if stoppedMilliseconds > 0 { lines.append("stopped for \((stoppedMilliseconds * 10).rounded() / 10) ms") }
    lines.append("")
    let isClassic = mapLayout == "classic"
    var table = TextTable(
      [
        "maps", "entries", "memory", "load", isClassic ? "overflow" : "tombstones", isClassic ? "growing" : "", "type",
        "kept alive by",
      ],
      right: [true, true, true, true, true, true, false, false])
    for summary in summaries.prefix(limit) {
      let place = summary.place.isEmpty ? "(\(summary.state))" : summary.place
      table.add([
        "\(summary.maps)", "\(summary.entries)", byteText(summary.bytes), percentText(summary.load),
        "\(isClassic ? summary.overflowBuckets : summary.tombstones)", isClassic ? "\(summary.growing)" : "",
        summary.type,
        (summary.state == "perhaps reachable" ? "? " : "") + place,
      ])
    }
    lines.append(table.text)
    if summaries.count > limit { lines.append("… \(summaries.count - limit) more lines: --limit shows them") }
    if used.contains(where: { $0.state == "perhaps reachable" }) {
      lines += ["", "? : reached only through words whose type is not known; an old value may only seem to hold it"]
    }
    if !limitations.isEmpty { lines += [""] + limitations.map { "note: \($0)" } }
    return lines.joined(separator: "\n") + "\n"
  }
}
