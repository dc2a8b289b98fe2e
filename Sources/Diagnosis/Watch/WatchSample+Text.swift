extension WatchSample {
  /// The sample for a terminal.
  /// - Parameter first: the first sample, whose heap this one is held against.
  public func text(first: WatchSample) -> String {
    let used = report.summaries.filter { $0.state != "garbage" }
    let bytes = used.reduce(UInt64(0)) { $0 &+ $1.bytes }
    let cycles = report.collections.map { "\($0) collection cycles   " } ?? ""
    var lines = [
      "process \(report.pid): \(report.program), \(report.goVersion)",
      "\(Watch.seconds(from: first, to: self)) s   \(cycles)heap \(byteText(report.heapBytes)) (\(Watch.change(report.heapBytes, first.report.heapBytes)))   \(used.reduce(0) { $0 + $1.maps }) maps of \(byteText(bytes))",
      "",
    ]
    var table = TextTable(
      ["entries", "since last", "since first", "memory", "buckets", "in memory", "type", "growth", "kept alive by"],
      right: [true, true, true, true, true, true, false, false, false])
    for map in maps {
      table.add([
        "\(map.entries)", Watch.signed(map.sinceLast), Watch.signed(map.sinceFirst), byteText(map.bytes),
        byteText(map.bucketBytes), map.presentBytes.map { byteText($0) } ?? "?", map.type, map.growth,
        map.place.isEmpty ? map.address : map.place,
      ])
    }
    lines.append(table.text)
    if !report.limitations.isEmpty { lines += [""] + report.limitations.map { "note: \($0)" } }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension Watch {
  static func signed(_ number: Int) -> String { number > 0 ? "+\(number)" : number == 0 ? "" : "\(number)" }

  static func change(_ new: UInt64, _ old: UInt64) -> String {
    new >= old ? "+\(byteText(new - old))" : "-\(byteText(old - new))"
  }

  static func seconds(from first: WatchSample, to last: WatchSample) -> Double {
    Double((last.report.time - first.report.time) / 1_000_000) / 1000
  }
}
