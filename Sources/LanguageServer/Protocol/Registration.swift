extension LSP {
  /// A capability that the server asks the client for: here always watched files.
  struct Registration: Codable, Sendable {
    var id: String
    var method: String
    var registerOptions: DidChangeWatchedFilesRegistrationOptions
  }
}
