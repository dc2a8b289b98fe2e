extension LSP {
  /// How the client introduces itself.
  struct InitializeParams: Decodable, Sendable {
    var processId: Int?
    var rootPath: String?
    var rootUri: String?
    var workspaceFolders: [WorkspaceFolder]?
    var capabilities: ClientCapabilities
    var initializationOptions: SettingsSection?
  }
}
