import Foundation

extension Correlation {
  /// The time line for a terminal.
  /// - Parameter limit: How many functions and types each step shows.
  public func text(limit: Int) -> String {
    var lines = summary
    lines.append("")
    var table = TextTable(["time", "", "", ""], right: [true, false, false, false])
    for event in events { table.add(event) }
    lines.append(table.text)
    for step in steps {
      lines += ["", "from \(name(step.from)) to \(name(step.to))"]
      for (heading, growth) in [("function", step.functions), ("map type", step.mapTypes)] where !growth.isEmpty {
        var table = TextTable(
          ["memory", heading == "function" ? "objects" : "entries", "now", heading], right: [true, true, true, false])
        for line in growth.prefix(limit) { table.add(Correlation.row(line)) }
        lines.append(table.text)
        if growth.count > limit { lines.append("… \(growth.count - limit) more lines: --limit shows them") }
      }
      if step.functions.isEmpty, step.mapTypes.isEmpty { lines.append("nothing changed") }
    }
    if !notes.isEmpty { lines += [""] + notes.map { "note: \($0)" } }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What is known of the whole, a line for each fact.
  var summary: [String] {
    var lines = ["\(log): collection cycles \(cycles.first?.number ?? 0) to \(cycles.last?.number ?? 0)"]
    if let clock {
      lines.append(
        "the runtime started at \(Correlation.date(clock.start)) ± \(Correlation.seconds(clock.uncertainty)), told by \(clockSource)"
          + (clock.cycles > 0 ? " (\(clock.cycles))" : ""))
    }
    return lines
  }

  /// A profile and its cycle.
  func name(_ index: Int) -> String { "\(profiles[index].path) (\(Correlation.cycle(profiles[index])))" }

  /// Cycles and profiles in the order of their time.
  private var events: [[String]] {
    var events: [(key: Double, row: [String])] = cycles.map { cycle in
      (
        cycle.end,
        [
          Correlation.seconds(cycle.end), "gc \(cycle.number)",
          "\(cycle.heapBefore) → \(cycle.heapAfter) → \(cycle.live) MB, goal \(cycle.goal) MB\(cycle.isForced ? ", forced" : "")",
          "",
        ]
      )
    }
    for profile in profiles {
      events.append(
        (
          profile.seconds ?? .infinity,
          [
            profile.seconds.map(Correlation.seconds) ?? "?", "", Correlation.cycle(profile),
            "\(profile.path): \(byteText(Correlation.whole(profile.bytes))) in \(Correlation.whole(profile.objects)) \(profile.form == .maps ? "entries of maps" : "objects")",
          ]
        ))
    }
    return events.enumerated().sorted { ($0.element.key, $0.offset) < ($1.element.key, $1.offset) }.map(\.element.row)
  }

  static func cycle(_ profile: Profile) -> String {
    guard let cycle = profile.cycle else { return "cycle unknown" }
    let text = cycle == 0 ? "before gc 1" : "after gc \(cycle)"
    return text + (profile.orCycle.map { ", or gc \($0)" } ?? "") + (profile.namesCycle ? ", as it says" : "")
  }

  static func row(_ growth: Growth) -> [String] {
    func sign(_ value: Double) -> String { value.rounded() < 0 ? "-" : "+" }
    return [
      sign(growth.bytes) + byteText(whole(abs(growth.bytes))), sign(growth.objects) + "\(whole(abs(growth.objects)))",
      byteText(whole(growth.now)), growth.name,
    ]
  }

  /// The nearest whole number: files can hold any.
  static func whole(_ value: Double) -> UInt64 { UInt64(max(0, min(value, 1e18)).rounded()) }

  private static func date(_ nanoseconds: Int64) -> String {
    let date = Date(timeIntervalSince1970: Double(nanoseconds) / 1e9)
    return date.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true))
  }
}
