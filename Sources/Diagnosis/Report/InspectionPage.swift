import GoRuntime

/// What `belay inspect` found, as a page.
public struct InspectionPage {
  /// The page.
  public let text: String

  /// How many buckets of a map are drawn.
  private static let bucketLimit = 1024
  /// How many places the treemap and the graph show one by one.
  private static let placeLimit = 60

  /// Draws all maps.
  public init(_ go: GoInspection, _ report: InspectionReport, largest: LargestMaps, limit: Int) {
    let used = report.summaries.filter { $0.state != "garbage" }
    let bytes = used.reduce(UInt64(0)) { $0 &+ $1.bytes }
    var page = Page(
      title: "Maps of \(report.program)",
      summary: [
        "process \(report.pid), \(report.goVersion), \(go.hasSwissMaps ? "Swiss" : "classic") maps, \(report.goroutines) goroutines, heap \(byteText(report.heapBytes))",
        "\(used.reduce(0) { $0 + $1.maps }) maps of \(byteText(bytes))",
      ])
    page.section(
      "Memory of maps", "An area for each place of the program and type; one colour for each type.",
      InspectionPage.treemap(used))
    page.section(
      "What keeps them alive",
      "The wider a line, the more memory hangs on it. A step with ? was found by a word that only looks like a pointer.",
      InspectionPage.graph(used))
    page.section(
      "By type and place", "",
      Markup.table(
        ["maps", "entries", "memory", "load", "type", "kept alive by"],
        report.summaries.prefix(limit).map {
          [
            "\($0.maps)", "\($0.entries)", byteText($0.bytes), percentText($0.load), $0.type,
            $0.place.isEmpty ? "(\($0.state))" : ($0.state == "perhaps reachable" ? "? " : "") + $0.place,
          ]
        }, numbers: [0, 1, 2, 3])
        + (report.summaries.count > limit
          ? "<p class=\"faint\">\(report.summaries.count - limit) more lines: --limit shows them.</p>" : ""))
    page.section(
      "The largest maps",
      "A cell for each \(go.hasSwissMaps ? "group" : "bucket") of eight slots: the darker, the fuller.",
      largest.maps.map { InspectionPage.picture(go, $0, entries: 0) }.joined())
    page.notes(report.limitations)
    text = page.text
  }

  /// Draws one map.
  public init(_ go: GoInspection, map: GoMap, entries: Int) {
    let report = MapReport(go, map, entries: entries)
    var page = Page(
      title: "\(report.type) at \(report.address)",
      summary: ["process \(go.image.pid): \(go.image.executablePath), \(go.version)", report.state])
    page.section("Buckets", "", InspectionPage.picture(go, map, entries: entries))
    page.section(
      "Header", "",
      Markup.table(
        ["offset", "address", "member", "value"],
        report.header.map {
          ["\($0.offset)", $0.address, $0.name, $0.value > 0xffff ? "0x" + String($0.value, radix: 16) : "\($0.value)"]
        },
        numbers: [0]))
    if !report.first.isEmpty {
      page.section(
        "First entries", "", Markup.table(["key", "element"], report.first.map { [$0.key, $0.element] }, numbers: []))
    }
    if let path = go.path(to: map) {
      page.section(
        "What keeps it alive", "",
        RetentionGraph([RetentionGraph.Path(steps: InspectionPage.steps(path.text), bytes: Double(report.bytes))]).svg)
    }
    page.notes(report.faults)
    text = page.text
  }

  private static func steps(_ place: String) -> [String] {
    place.split(separator: " → ").map(String.init)
  }

  private static func treemap(_ summaries: [MapSummary]) -> String {
    var items = summaries.prefix(placeLimit).map {
      Treemap.Item(
        label: "\($0.type)",
        detail:
          "\(byteText($0.bytes)), \($0.maps) maps, \($0.entries) entries, \($0.place.isEmpty ? $0.state : $0.place)",
        size: Double($0.bytes), group: $0.type)
    }
    let rest = summaries.dropFirst(placeLimit)
    if !rest.isEmpty {
      let bytes = rest.reduce(UInt64(0)) { $0 &+ $1.bytes }
      items.append(
        Treemap.Item(
          label: "others", detail: "\(byteText(bytes)), \(rest.count) places", size: Double(bytes), group: ""))
    }
    return Treemap(items: items).svg
  }

  private static func graph(_ summaries: [MapSummary]) -> String {
    let paths = summaries.filter { !$0.place.isEmpty }.prefix(placeLimit).map {
      RetentionGraph.Path(steps: steps($0.place) + ["\($0.type), \(byteText($0.bytes))"], bytes: Double($0.bytes))
    }
    return paths.isEmpty ? "<p>No paths were looked for.</p>" : RetentionGraph(paths).svg
  }

  private static func picture(_ go: GoInspection, _ map: GoMap, entries: Int) -> String {
    let report = MapReport(go, map, entries: entries)
    let fill = go.bucketFill(of: map, limit: bucketLimit)
    let place = go.place(of: map)
    return
      "<h3>\(Markup.escape(report.type))</h3><p class=\"path\">\(Markup.escape(place.isEmpty ? report.address : "\(place) at \(report.address)"))</p>\n"
      + "<p>\(report.entries) entries, \(report.capacity) fit, \(byteText(report.bytes)); \(Markup.escape(report.growth))</p>\n"
      + BucketPicture(
        cells: fill.buckets.map { BucketPicture.Cell(entries: $0.entries, overflow: $0.overflow) }, total: fill.total,
        unit: go.hasSwissMaps ? "group" : "bucket"
      ).svg
  }
}
