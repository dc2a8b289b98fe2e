/// The time line of a watch as a page.
public struct WatchPage {
  /// The page.
  public let text: String

  /// Draws what was seen.
  public init(_ samples: [WatchSample]) {
    guard let first = samples.first, let last = samples.last else {
      text = Page(title: "Belay: nothing was seen", summary: []).text
      return
    }
    var page = Page(
      title: "Maps of \(last.report.program) over time",
      summary: [
        "process \(last.report.pid), \(last.report.goVersion), \(samples.count) looks in \(Watch.seconds(from: first, to: last)) s"
          + WatchPage.cycleText(last.report.collections, since: first.report.collections)
      ])
    func seconds(_ sample: WatchSample) -> Double { Watch.seconds(from: first, to: sample) }
    let cycles = WatchPage.cycles(samples, first)
    func memory(_ series: [(name: String, points: [(Double, Double)])]) -> String {
      let unit = LineChart.byteUnit(series.flatMap { $0.points.map(\.1) })
      return LineChart(
        series: series.map { line in
          LineChart.Series(name: line.name, points: line.points.map { ($0.0, $0.1 / unit.size) })
        }, marks: cycles, unit: { "\(($0 * 10).rounded() / 10) \(unit.name)" }
      ).svg
    }
    page.section(
      "Memory", "A thin line stands where a collection cycle ended.",
      memory([
        ("heap in use", samples.map { (seconds($0), Double($0.report.heapBytes)) }),
        ("maps", samples.map { (seconds($0), Double(WatchPage.mapBytes($0))) }),
      ]))

    // The maps that grew most, by what the last look that saw them says.
    var byAddress: [String: [(sample: WatchSample, map: WatchSample.WatchedMap)]] = [:]
    for sample in samples { for map in sample.maps { byAddress[map.address, default: []].append((sample, map)) } }
    let ranked = byAddress.values.sorted {
      guard let left = $0.last?.map, let right = $1.last?.map else { return false }
      return (left.sinceFirst, left.bytes, right.address) > (right.sinceFirst, right.bytes, left.address)
    }
    let shown = ranked.prefix(8)
    func name(_ map: WatchSample.WatchedMap) -> String {
      (map.place.isEmpty ? map.address : map.place) + " " + map.type
    }
    page.section(
      "Entries of the maps that grew most", "",
      LineChart(
        series: shown.map { line in
          LineChart.Series(
            name: line.last.map { name($0.map) } ?? "",
            points: line.map { (seconds($0.sample), Double($0.map.entries)) })
        }, marks: cycles, unit: { "\(Int($0))" }
      ).svg)
    page.section(
      "Their buckets in memory",
      "The pages that the buckets touch and that are in memory, which the list of mappings does not show. Memory that was given back is not in memory.",
      memory(
        shown.map { line in
          (line.last.map { name($0.map) } ?? "", line.map { (seconds($0.sample), Double($0.map.presentBytes ?? 0)) })
        }))
    page.section(
      "Maps at the last look", "",
      Markup.table(
        [
          "entries", "since first", "fit", "memory", "buckets", "in memory", "type", "growth", "kept alive by",
          "address",
        ],
        last.maps.map {
          [
            "\($0.entries)", Watch.signed($0.sinceFirst), "\($0.capacity)", byteText($0.bytes),
            byteText($0.bucketBytes),
            $0.presentBytes.map { byteText($0) } ?? "?", $0.type, $0.growth, $0.place, $0.address,
          ]
        }, numbers: [0, 1, 2, 3, 4, 5]))
    page.notes(last.report.limitations)
    text = page.text
  }

  private static func mapBytes(_ sample: WatchSample) -> UInt64 {
    sample.report.summaries.filter { $0.state != "garbage" }.reduce(0) { $0 &+ $1.bytes }
  }

  private static func cycleText(_ last: Int?, since first: Int?) -> String {
    guard let last, let first else { return "" }
    return ", \(last - first) collection cycles"
  }

  /// A mark for the last cycle that each look saw; cycles in between two looks have none.
  private static func cycles(_ samples: [WatchSample], _ first: WatchSample) -> [LineChart.Mark] {
    var marks: [LineChart.Mark] = []
    var last = 0
    for sample in samples {
      guard let cycle = sample.report.collections, cycle != last else { continue }
      last = cycle
      guard let end = sample.report.lastCollection, end >= first.report.time else { continue }
      marks.append(
        LineChart.Mark(
          seconds: Double((end - first.report.time) / 1_000_000) / 1000, label: "", detail: "collection cycle \(last)"))
    }
    return marks
  }
}
