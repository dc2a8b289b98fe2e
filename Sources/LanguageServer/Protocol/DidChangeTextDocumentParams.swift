extension LSP {
  /// Changes of a document, each for the document as the one before has left it.
  struct DidChangeTextDocumentParams: Codable, Sendable {
    var textDocument: VersionedTextDocumentIdentifier
    var contentChanges: [TextDocumentContentChangeEvent]
  }
}
