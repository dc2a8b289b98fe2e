extension LSP {
  /// Edits of several documents: with versions where the client knows what they are.
  struct WorkspaceEdit: Codable, Hashable, Sendable {
    var changes: [String: [TextEdit]]?
    var documentChanges: [TextDocumentEdit]?
  }
}
