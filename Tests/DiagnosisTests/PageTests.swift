import Foundation
import GoPrograms
import GoRuntime
import ProcessImage
import TestSupport
import Testing

@testable import Diagnosis

/// Pages as a browser shows them.
struct PageTests {
  /// What a page is like after it was laid out: its pictures, their shapes, what is wider than the window, and what a browser asked others for.
  private struct Layout: Decodable {
    let pictures: Int
    let shapes: Int
    let tables: Int
    let overflows: Bool
    let resources: Int
    let escaped: Int
    let invalid: Int
  }

  private static let visitor = """
    <script>
    const all = (what) => [...document.querySelectorAll(what)];
    const box = document.documentElement;
    // Every shape lies within its picture; half a unit is the width of a line.
    const escaped = all("svg rect, svg circle, svg text").filter((shape) => {
      const [inner, outer] = [shape.getBoundingClientRect(), shape.ownerSVGElement.getBoundingClientRect()];
      return inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
    }).length;
    const invalid = all("svg *").filter((shape) => [...shape.attributes].some((a) => /nan|inf/i.test(a.value))).length;
    document.body.dataset.log = JSON.stringify({ pictures: all("svg").length, shapes: all("svg rect, svg circle, svg polyline").length,
      tables: all("table").length, overflows: box.scrollWidth > box.clientWidth,
      resources: performance.getEntriesByType("resource").length, escaped, invalid });
    </script>
    """

  private func layout(of page: String) throws -> Layout {
    #expect(page.contains("default-src 'none'"))
    let scripted = page.replacing(
      "style-src 'unsafe-inline'", with: "style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    )
    .replacing("</body>", with: PageTests.visitor + "</body>")
    let document = try #require(try Browser.installed?.document(of: scripted))
    let attribute = try #require(document.firstMatch(of: /data-log="([^"]*)"/)?.1)
    return try JSONDecoder().decode(Layout.self, from: Data(attribute.replacing("&quot;", with: "\"").utf8))
  }

  private func expectSound(_ layout: Layout) {
    #expect(!layout.overflows && layout.resources == 0 && layout.escaped == 0 && layout.invalid == 0)
  }

  @Test(.enabled(if: Browser.installed != nil, "no chromium is installed: 'dev/setup --tests' installs one"))
  func theTimeLineOfProfilesIsShown() throws {
    let layout = try layout(of: CorrelationPage(CorrelationTests.sample(), limit: 10).text)
    expectSound(layout)
    #expect(layout.pictures >= 2 && layout.tables >= 3)
  }

  @Test(
    .enabled(if: Browser.installed != nil, "no chromium is installed: 'dev/setup --tests' installs one"),
    .enabled(if: !GoToolchain.all.isEmpty, Comment(rawValue: GoToolchain.absence)), arguments: GoToolchain.all)
  func theMapsOfAProcessAreShown(_ toolchain: GoToolchain) throws {
    let program = try RunningProgram(toolchain.build("holder"))
    let go = try GoInspection(ProcessImage(pid: program.pid))
    var largest = LargestMaps()
    let report = InspectionReport(go) { largest.add($0, $1) }
    let page = InspectionPage(go, report, largest: largest, limit: 20).text
    for name in ["main.registry", "main.Store.byHandle", "map[unsafe.Pointer]*main.Conn", "main.big"] {
      #expect(page.contains(Markup.escape(name)), "\(name)")
    }
    let all = try layout(of: page)
    expectSound(all)
    // A treemap, a graph, and the buckets of six maps, of which the largest have more than is drawn.
    #expect(all.pictures == 8 && all.shapes > 1024)

    let one = try layout(of: InspectionPage(go, map: go.map("main.growing"), entries: 10).text)
    expectSound(one)
    #expect(one.pictures == 2 && one.tables == 2)
  }

  @Test(.enabled(if: !GoToolchain.all.isEmpty, Comment(rawValue: GoToolchain.absence)), arguments: GoToolchain.all)
  func bucketsAreCountedWithTheirOverflow(_ toolchain: GoToolchain) throws {
    let program = try RunningProgram(toolchain.build("holder"))
    let go = try GoInspection(ProcessImage(pid: program.pid))
    for name in ["main.small", "main.growing", "main.big", "main.wides", "main.empty"] {
      let map = try go.map(name)
      let fill = go.bucketFill(of: map, limit: .max)
      #expect(fill.buckets.count == fill.total, "\(name)")
      #expect(fill.buckets.reduce(0) { $0 + $1.entries + $1.overflow } == go.state(of: map).count, "\(name)")
      #expect(fill.buckets.allSatisfy { $0.entries <= 8 }, "\(name)")
      let part = go.bucketFill(of: map, limit: 3)
      #expect(part.total == fill.total && part.buckets.elementsEqual(fill.buckets.prefix(3), by: ==), "\(name)")
    }
  }

  @Test func areasAreThoseOfTheSizes() {
    let area = Treemap.Rectangle(x: 0, y: 0, width: 600, height: 400)
    let sizes = [6.0, 6, 4, 3, 2, 2, 1]
    let places = Treemap.layout(sizes, in: area)
    #expect(places.count == sizes.count)
    for (size, place) in zip(sizes, places) { #expect(abs(place.width * place.height - size * 10_000) < 1e-6) }
    // The figure of the paper: no rectangle is longer than three times its width.
    #expect(places.allSatisfy { max($0.width / $0.height, $0.height / $0.width) < 3.2 })
    #expect(Treemap.layout([], in: area).isEmpty && Treemap.layout([0, 0], in: area).isEmpty)
    #expect(Treemap.layout([.infinity], in: area).isEmpty)
  }

  @Test func textOfAProgramIsNoMarkup() {
    #expect(
      Markup.escape("map[struct{a <\"b\"> & 'c'}]\u{0}")
        == "map[struct{a &lt;&quot;b&quot;&gt; &amp; &#39;c&#39;}]\u{FFFD}")
    let picture = Treemap(items: [Treemap.Item(label: "<script>", detail: "</svg>", size: 1, group: "")]).svg
    #expect(!picture.contains("<script>") && picture.components(separatedBy: "</svg>").count == 2)
  }
}
