extension LSP {
  struct TextEdit: Codable, Hashable, Sendable {
    var range: Range
    var newText: String
  }
}
