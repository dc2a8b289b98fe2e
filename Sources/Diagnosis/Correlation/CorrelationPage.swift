/// The time line as a page.
public struct CorrelationPage {
  /// The page.
  public let text: String

  /// Draws a time line.
  /// - Parameter limit: How many functions and types each step shows.
  public init(_ correlation: Correlation, limit: Int) {
    var page = Page(title: "Collection cycles and profiles", summary: correlation.summary)
    let cycles = correlation.cycles
    // The trace gives the heap in whole megabytes at the start, at the end, and what was in use.
    let saw = cycles.flatMap { [($0.start, Double($0.heapBefore)), ($0.end, Double($0.live))] }
    let marks = correlation.profiles.compactMap { profile in
      profile.seconds.map {
        LineChart.Mark(
          seconds: $0, label: profile.path.split(separator: "/").last.map(String.init) ?? profile.path,
          detail: "\(profile.path), \(Correlation.cycle(profile)): \(byteText(Correlation.whole(profile.bytes)))")
      }
    }
    page.section(
      "The heap", "A dashed line stands where a profile was taken.",
      LineChart(
        series: [
          LineChart.Series(name: "heap, before and after each cycle", points: saw),
          LineChart.Series(name: "in use after each cycle", points: cycles.map { ($0.end, Double($0.live)) }),
          LineChart.Series(name: "goal", points: cycles.map { ($0.start, Double($0.goal)) }, isStepped: true),
        ], marks: marks, unit: { "\(($0 * 10).rounded() / 10) MB" }
      ).svg)
    page.section(
      "Profiles", "What a profile calls in use is no newer than its cycle.",
      Markup.table(
        ["time", "memory", "objects", "cycle", "profile"],
        correlation.profiles.map {
          [
            $0.seconds.map(Correlation.seconds) ?? "?", byteText(Correlation.whole($0.bytes)),
            "\(Correlation.whole($0.objects))",
            Correlation.cycle($0), $0.path,
          ]
        }, numbers: [0, 1, 2]))
    for step in correlation.steps {
      var content = ""
      for (heading, growth) in [("function", step.functions), ("map type", step.mapTypes)] where !growth.isEmpty {
        content += CorrelationPage.bars(Array(growth.prefix(limit)))
        content += Markup.table(
          ["memory", heading == "function" ? "objects" : "entries", "now", heading],
          growth.prefix(limit).map(Correlation.row), numbers: [0, 1, 2])
      }
      if content.isEmpty { content = "<p>Nothing changed.</p>" }
      page.section("From \(correlation.name(step.from)) to \(correlation.name(step.to))", "", content)
    }
    page.section(
      "Cycles", "",
      Markup.table(
        ["cycle", "start", "end", "before", "after", "in use", "goal", "pauses", ""],
        cycles.map {
          [
            "\($0.number)", Correlation.seconds($0.start), Correlation.seconds($0.end), "\($0.heapBefore) MB",
            "\($0.heapAfter) MB", "\($0.live) MB", "\($0.goal) MB",
            $0.pauses.map { "\($0)" }.joined(separator: " + ") + " ms",
            $0.isForced ? "forced" : "",
          ]
        }, numbers: [0, 1, 2, 3, 4, 5, 6, 7]))
    page.notes(correlation.notes)
    text = page.text
  }

  /// Growth to the right of a line, shrinking to its left.
  private static func bars(_ growth: [Correlation.Growth]) -> String {
    let shown = growth.prefix(12)
    let largest = shown.map { abs($0.bytes) }.max() ?? 0
    guard largest > 0 else { return "" }
    let shrinks = shown.contains { $0.bytes < 0 }
    let zero = shrinks ? 500.0 : 10
    let height = Double(shown.count) * 24 + 10
    let n = Markup.number
    var text = "<svg viewBox=\"0 0 1000 \(n(height))\" role=\"img\">\n"
    for (index, line) in shown.enumerated() {
      let width = abs(line.bytes) / largest * (shrinks ? 480 : 980)
      let top = Double(index) * 24 + 6
      text +=
        "<rect x=\"\(n(line.bytes < 0 ? zero - width : zero))\" y=\"\(n(top))\" width=\"\(n(width))\" height=\"18\" fill=\"var(--c\(line.bytes < 0 ? 2 : 0))\" fill-opacity=\".45\"/>"
      text +=
        "<text x=\"\(n(zero + 6))\" y=\"\(n(top + 13))\">\(Markup.escape(Markup.shorten("\(Correlation.row(line)[0])  \(line.name)", to: shrinks ? 70 : 140)))</text>\n"
    }
    return text + "</svg>\n"
  }
}
