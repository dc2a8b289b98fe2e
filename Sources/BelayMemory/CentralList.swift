/// The spans of one size class that have room.
struct CentralList {
  private(set) var spans: [Span] = []

  /// The span to take an object from: the newest, as the others may then become empty.
  var first: Span? { spans.last }

  mutating func insert(_ span: Span) {
    span.listIndex = spans.count
    spans.append(span)
  }

  mutating func remove(_ span: Span) {
    guard let index = span.listIndex else { return }
    span.listIndex = nil
    let last = spans.removeLast()
    if last !== span {
      spans[index] = last
      last.listIndex = index
    }
  }
}
