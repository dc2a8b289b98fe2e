/// Sizes as areas of rectangles: the squarified layout of Bruls, Huizing and van Wijk, which keeps each rectangle as close to a square as it can.
struct Treemap {
  struct Item {
    let label: String
    /// What stands below the label, and in the title.
    let detail: String
    let size: Double
    /// Items of one group have one colour.
    let group: String
  }

  struct Rectangle: Equatable {
    var x: Double
    var y: Double
    var width: Double
    var height: Double
  }

  let items: [Item]
  private static let (width, height) = (1000.0, 420.0)

  /// The rectangles of sizes in falling order, within one; sizes that are not above zero get none.
  static func layout(_ sizes: [Double], in area: Rectangle) -> [Rectangle] {
    let sizes = sizes.prefix { $0 > 0 && $0.isFinite }
    let total = sizes.reduce(0, +)
    guard total > 0, total.isFinite else { return [] }
    let scale = area.width * area.height / total
    var rest = area
    var result: [Rectangle] = []
    var row: [Double] = []
    func worst(_ row: [Double], _ side: Double) -> Double {
      let sum = row.reduce(0, +)
      guard let largest = row.max(), let smallest = row.min(), sum > 0, smallest > 0 else { return .infinity }
      return max(side * side * largest / (sum * sum), sum * sum / (side * side * smallest))
    }
    func place() {
      let sum = row.reduce(0, +)
      let isWide = rest.width >= rest.height
      let depth = sum / max(isWide ? rest.height : rest.width, 1e-9)
      var offset = 0.0
      for size in row {
        let length = size / max(depth, 1e-9)
        result.append(
          isWide
            ? Rectangle(x: rest.x, y: rest.y + offset, width: depth, height: length)
            : Rectangle(x: rest.x + offset, y: rest.y, width: length, height: depth))
        offset += length
      }
      if isWide {
        rest.x += depth
        rest.width -= depth
      } else {
        rest.y += depth
        rest.height -= depth
      }
      row.removeAll()
    }
    for size in sizes.map({ $0 * scale }) {
      let side = min(rest.width, rest.height)
      if !row.isEmpty, worst(row + [size], side) > worst(row, side) { place() }
      row.append(size)
    }
    if !row.isEmpty { place() }
    return result
  }

  var svg: String {
    let sorted = items.filter { $0.size > 0 }.sorted { ($0.size, $1.label) > ($1.size, $0.label) }
    let places = Treemap.layout(
      sorted.map(\.size), in: Rectangle(x: 0, y: 0, width: Treemap.width, height: Treemap.height))
    var colours: [String: Int] = [:]
    let n = Markup.number
    var text = "<svg class=\"treemap\" viewBox=\"0 0 \(n(Treemap.width)) \(n(Treemap.height))\" role=\"img\">\n"
    for (item, place) in zip(sorted, places) {
      let colour = colours[item.group] ?? colours.count % 8
      colours[item.group] = colour
      text +=
        "<g><title>\(Markup.escape("\(item.label): \(item.detail)"))</title><rect x=\"\(n(place.x))\" y=\"\(n(place.y))\" width=\"\(n(place.width))\" height=\"\(n(place.height))\" fill=\"var(--c\(colour))\" fill-opacity=\".35\" stroke=\"var(--panel)\" stroke-width=\"2\"/>"
      // About seven units are one letter; what has no room is told by the title.
      let letters = Int(place.width / 7) - 1
      if letters >= 6, place.height >= 20 {
        text +=
          "<text x=\"\(n(place.x + 6))\" y=\"\(n(place.y + 16))\">\(Markup.escape(Markup.shorten(item.label, to: letters)))</text>"
        if place.height >= 38 {
          text +=
            "<text class=\"faint\" x=\"\(n(place.x + 6))\" y=\"\(n(place.y + 32))\">\(Markup.escape(Markup.shorten(item.detail, to: letters)))</text>"
        }
      }
      text += "</g>\n"
    }
    return text + "</svg>\n"
  }
}
