extension LSP {
  /// A document as it is opened.
  struct TextDocumentItem: Codable, Sendable {
    var uri: String
    var languageId: String
    var version: Int
    var text: String
  }
}
