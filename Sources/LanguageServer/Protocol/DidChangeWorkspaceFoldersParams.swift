extension LSP {
  struct DidChangeWorkspaceFoldersParams: Codable, Sendable {
    var event: WorkspaceFoldersChangeEvent
  }
}
