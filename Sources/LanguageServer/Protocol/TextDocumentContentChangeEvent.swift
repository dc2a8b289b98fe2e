extension LSP {
  /// One change of a document; without a range the text is the whole document.
  struct TextDocumentContentChangeEvent: Codable, Sendable {
    var range: Range?
    var text: String
  }
}
