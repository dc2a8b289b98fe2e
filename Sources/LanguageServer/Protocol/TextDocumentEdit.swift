extension LSP {
  struct TextDocumentEdit: Codable, Hashable, Sendable {
    var textDocument: OptionalVersionedTextDocumentIdentifier
    var edits: [TextEdit]
  }
}
