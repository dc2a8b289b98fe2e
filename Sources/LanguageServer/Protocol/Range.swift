extension LSP {
  /// A stretch of a document; its end is behind its last character.
  struct Range: Codable, Hashable, Sendable {
    var start: Position
    var end: Position

    /// Whether two ranges share a place; those that only meet do so, too, as a cursor at the end of a word does.
    func touches(_ other: Range) -> Bool { start <= other.end && other.start <= end }
  }
}
