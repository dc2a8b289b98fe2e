extension LSP {
  struct WorkspaceFolder: Codable, Hashable, Sendable {
    var uri: String
    var name: String?
  }
}
