extension LSP {
  /// A stretch of some document.
  struct Location: Codable, Hashable, Sendable {
    var uri: String
    var range: Range
  }
}
