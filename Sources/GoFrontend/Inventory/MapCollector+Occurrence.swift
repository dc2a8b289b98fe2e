import Findings

extension MapCollector {
  /// The map at a position, counted from 1, columns in bytes: a name whose type is a map, otherwise the innermost map type that is written around it.
  func occurrence(line: Int, column: Int) -> MapOccurrence? {
    guard line >= 1, line <= tree.lineStarts.count, column >= 1 else { return nil }
    let offset = tree.lineStarts[line - 1] + column - 1
    guard offset < tree.source.count else { return nil }
    // A name on the way: no other one overlaps it. Types nest, and the innermost one is the shortest.
    var innermost: NodeID?
    for number in 1..<Int32(tree.nodes.count) {
      let node = NodeID(number)
      let record = tree[node]
      guard Int(record.start) <= offset, offset < Int(record.end) else { continue }
      switch record.kind {
      case .identifier:
        if let found = named(node, type: info.type(node)) { return found }
      case .selector:
        let name = NodeID(record.b)
        guard Int(tree[name].start) <= offset else { continue }
        if let found = named(name, type: info.type(node)) { return found }
      case .mapType:
        if let known = innermost, tree[known].end - tree[known].start <= record.end - record.start { continue }
        innermost = node
      default: break
      }
    }
    guard let innermost, info.type(innermost) != .unknown else { return nil }
    return occurrence(at: innermost, .type, info.type(innermost))
  }

  private func named(_ name: NodeID, type: TypeID) -> MapOccurrence? {
    guard type != .unknown else { return nil }
    if isSynchronizedMap(type) { return occurrence(at: name, .syncMap, nil) }
    let underlying = checker.underlying(type)
    guard checker.types[underlying].kind == .map else { return nil }
    return occurrence(at: name, .inferred, underlying)
  }

  private func occurrence(at node: NodeID, _ form: MapRow.Form, _ type: TypeID?) -> MapOccurrence {
    let start = tree[node].start
    let (line, column) = tree.position(start)
    let (endLine, endColumn) = tree.position(tree[node].end)
    return MapOccurrence(
      row: row(form, type, at: start, owner: ""),
      place: Place(file: tree.path, line: line, column: column, endLine: endLine, endColumn: endColumn))
  }
}
