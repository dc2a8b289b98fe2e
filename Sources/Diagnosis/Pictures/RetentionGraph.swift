/// What keeps maps alive, from the roots on the left to the maps on the right. Paths that begin alike share their beginning; a line is the wider the more
/// memory hangs on it.
struct RetentionGraph {
  struct Path {
    let steps: [String]
    let bytes: Double
  }

  private final class Node {
    let label: String
    let depth: Int
    var bytes = 0.0
    var children: [Node] = []
    var row = 0.0

    init(_ label: String, _ depth: Int) {
      self.label = label
      self.depth = depth
    }

    func child(_ label: String) -> Node {
      if let known = children.first(where: { $0.label == label }) { return known }
      let node = Node(label, depth + 1)
      children.append(node)
      return node
    }
  }

  /// Steps beyond this depth are left out.
  private static let depthLimit = 8
  private let root = Node("", -1)

  init(_ paths: [Path]) {
    for path in paths where !path.steps.isEmpty {
      var node = root
      let steps =
        path.steps.count <= RetentionGraph.depthLimit
        ? path.steps
        : path.steps.prefix(RetentionGraph.depthLimit - 2) + ["…"] + path.steps.suffix(1)
      for step in steps {
        node = node.child(step)
        node.bytes += path.bytes
      }
    }
  }

  var svg: String {
    var rows = 0.0
    var depth = 0
    var largest = 1.0
    func place(_ node: Node) {
      depth = max(depth, node.depth)
      if node.depth >= 0 { largest = max(largest, node.bytes) }
      guard !node.children.isEmpty else {
        node.row = rows
        rows += 1
        return
      }
      for child in node.children { place(child) }
      node.row = (node.children[0].row + node.children[node.children.count - 1].row) / 2
    }
    guard !root.children.isEmpty else { return "" }
    place(root)
    let column = 1000.0 / Double(depth + 1)
    let letters = Int((column - 24) / 6.6)
    let n = Markup.number
    func y(_ node: Node) -> Double { node.row * 26 + 20 }
    func x(_ node: Node) -> Double { Double(node.depth) * column + 8 }
    var lines = ""
    var labels = ""
    func draw(_ node: Node) {
      for child in node.children {
        if node.depth >= 0 {
          let (from, to) = (x(child) - 16, x(child))
          let start = x(node) + min(column - 24, Double(Markup.shorten(node.label, to: letters).count) * 6.6 + 12)
          lines +=
            "<path d=\"M\(n(min(start, from))) \(n(y(node))) H\(n(from - 24)) C\(n(from)) \(n(y(node))) \(n(from - 12)) \(n(y(child))) \(n(to - 4)) \(n(y(child)))\" fill=\"none\" stroke=\"var(--c0)\" stroke-opacity=\".45\" stroke-width=\"\(n(1 + 9 * child.bytes / largest))\"/>\n"
        }
        let size = byteText(UInt64(max(0, min(child.bytes, 1e18))))
        labels +=
          "<g><title>\(Markup.escape("\(child.label): \(size)"))</title><circle cx=\"\(n(x(child)))\" cy=\"\(n(y(child)))\" r=\"4\" fill=\"var(--c\(child.children.isEmpty ? 1 : 0))\"/><text x=\"\(n(x(child) + 8))\" y=\"\(n(y(child) + 4))\">\(Markup.escape(Markup.shorten(child.label, to: max(4, letters))))</text></g>\n"
        draw(child)
      }
    }
    draw(root)
    return
      "<svg class=\"retention\" viewBox=\"0 0 1000 \(n(rows * 26 + 16))\" role=\"img\">\n\(lines)\(labels)</svg>\n"
  }
}
