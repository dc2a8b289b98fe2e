extension LSP {
  struct HoverParams: Codable, Sendable {
    var textDocument: TextDocumentIdentifier
    var position: Position
  }
}
