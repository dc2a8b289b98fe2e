/// Values over time as an SVG: one axis of seconds, one of values, and vertical marks.
struct LineChart {
  /// A line through points, in the order of their time.
  struct Series {
    let name: String
    let points: [(seconds: Double, value: Double)]
    /// Whether a value holds until the next.
    var isStepped = false
  }

  /// Something that happened at one time.
  struct Mark {
    let seconds: Double
    /// What stands beside the mark; empty for a thin mark.
    let label: String
    let detail: String
  }

  let series: [Series]
  let marks: [Mark]
  /// How a value of the axis is written.
  let unit: (Double) -> String

  private static let (width, height) = (1000.0, 320.0)
  private static let (left, right, top, bottom) = (80.0, 20.0, 30.0, 30.0)

  var svg: String {
    let times = series.flatMap { $0.points.map(\.seconds) } + marks.map(\.seconds)
    let first = times.min() ?? 0
    let span = max((times.max() ?? 0) - first, 1e-6)
    let top = series.flatMap { $0.points.map(\.value) }.max() ?? 0
    let step = LineChart.step(max(top, 1))
    let limit = max(step, (top / step).rounded(.up) * step)
    func x(_ seconds: Double) -> Double {
      LineChart.left + (seconds - first) / span * (LineChart.width - LineChart.left - LineChart.right)
    }
    func y(_ value: Double) -> Double {
      LineChart.height - LineChart.bottom - value / limit * (LineChart.height - LineChart.top - LineChart.bottom)
    }
    let n = Markup.number
    var text = "<svg viewBox=\"0 0 \(n(LineChart.width)) \(n(LineChart.height))\" role=\"img\">\n"
    // The steps are counted: adding a small step to a large number may not change it.
    for index in 0...Int((limit / step).rounded()) {
      let value = Double(index) * step
      text +=
        "<line x1=\"\(n(LineChart.left))\" x2=\"\(n(LineChart.width - LineChart.right))\" y1=\"\(n(y(value)))\" y2=\"\(n(y(value)))\" stroke=\"var(--line)\"/><text class=\"faint\" x=\"\(n(LineChart.left - 8))\" y=\"\(n(y(value) + 4))\" text-anchor=\"end\">\(Markup.escape(unit(value)))</text>\n"
    }
    let tick = LineChart.step(span)
    let begin = (first / tick).rounded(.up) * tick
    for index in 0..<12 {
      let seconds = begin + Double(index) * tick
      guard seconds <= first + span * 1.0001 else { break }
      text +=
        "<text class=\"faint\" x=\"\(n(x(seconds)))\" y=\"\(n(LineChart.height - 10))\" text-anchor=\"middle\">\(LineChart.time(seconds)) s</text>\n"
    }
    var lastLabel = -Double.infinity
    for mark in marks {
      let place = x(mark.seconds)
      let isThin = mark.label.isEmpty
      text +=
        "<line x1=\"\(n(place))\" x2=\"\(n(place))\" y1=\"\(n(LineChart.top))\" y2=\"\(n(LineChart.height - LineChart.bottom))\" stroke=\"var(--faint)\" \(isThin ? "stroke-opacity=\".35\"" : "stroke-dasharray=\"4 3\"")><title>\(Markup.escape(mark.detail))</title></line>\n"
      // Labels that would stand on one another are left to the title of their mark.
      if !isThin, place - lastLabel > 60 {
        lastLabel = place
        text +=
          "<text class=\"faint\" x=\"\(n(place))\" y=\"\(n(LineChart.top - 10))\" text-anchor=\"\(place > LineChart.width - 120 ? "end" : "middle")\">\(Markup.escape(Markup.shorten(mark.label, to: 18)))</text>\n"
      }
    }
    for (index, line) in series.enumerated() {
      var path = ""
      var previous: Double?
      for point in line.points {
        if line.isStepped, let previous { path += " \(n(x(point.seconds))),\(n(y(previous)))" }
        path += " \(n(x(point.seconds))),\(n(y(point.value)))"
        previous = point.value
      }
      text +=
        "<polyline points=\"\(path.dropFirst())\" fill=\"none\" stroke=\"var(--c\(index % 8))\" stroke-width=\"2\"><title>\(Markup.escape(line.name))</title></polyline>\n"
      if line.points.count <= 60 {
        for point in line.points {
          text +=
            "<circle cx=\"\(n(x(point.seconds)))\" cy=\"\(n(y(point.value)))\" r=\"3\" fill=\"var(--c\(index % 8))\"><title>\(Markup.escape("\(line.name): \(unit(point.value)) at \(LineChart.time(point.seconds)) s"))</title></circle>\n"
        }
      }
    }
    return text + "</svg>\n" + legend
  }

  private var legend: String {
    "<ul class=\"legend\">"
      + series.enumerated().map {
        "<li><span style=\"background:var(--c\($0 % 8))\"></span>\(Markup.escape($1.name))</li>"
      }.joined() + "</ul>\n"
  }

  /// A unit in which all of some numbers of bytes can be written: how many bytes it has, and its name.
  static func byteUnit(_ values: [Double]) -> (size: Double, name: String) {
    let largest = values.max() ?? 0
    return largest >= 1e9
      ? (1_073_741_824, "GiB") : largest >= 2e6 ? (1_048_576, "MiB") : largest >= 2e3 ? (1024, "KiB") : (1, "B")
  }

  /// A round step that divides a span into about five.
  static func step(_ span: Double) -> Double {
    guard span.isFinite, span > 0 else { return 1 }
    var size = 1.0
    while size * 10 <= span { size *= 10 }
    while size > span { size /= 10 }
    for factor in [0.2, 0.5, 1, 2] where span / (size * factor) <= 6 { return size * factor }
    return size * 2
  }

  private static func time(_ seconds: Double) -> String {
    let rounded = (seconds * 1000).rounded() / 1000
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
  }
}
