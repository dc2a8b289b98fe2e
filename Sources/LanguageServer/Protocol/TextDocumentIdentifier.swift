extension LSP {
  struct TextDocumentIdentifier: Codable, Hashable, Sendable {
    var uri: String
  }
}
