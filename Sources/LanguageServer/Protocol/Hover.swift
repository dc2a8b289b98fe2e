extension LSP {
  struct Hover: Codable, Sendable {
    var contents: MarkupContent
    var range: Range?
  }
}
