extension LSP {
  struct DidOpenTextDocumentParams: Codable, Sendable {
    var textDocument: TextDocumentItem
  }
}
