extension LSP {
  struct CodeActionParams: Codable, Sendable {
    var textDocument: TextDocumentIdentifier
    var range: Range
    var context: CodeActionContext
  }
}
