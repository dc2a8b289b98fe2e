extension LSP {
  struct WorkspaceFoldersChangeEvent: Codable, Sendable {
    var added: [WorkspaceFolder]
    var removed: [WorkspaceFolder]
  }
}
