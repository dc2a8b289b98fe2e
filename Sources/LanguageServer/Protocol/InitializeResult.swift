extension LSP {
  struct InitializeResult: Codable, Sendable {
    var capabilities: ServerCapabilities
    var serverInfo: ServerInfo

    struct ServerInfo: Codable, Sendable {
      var name: String
      var version: String
    }
  }
}
