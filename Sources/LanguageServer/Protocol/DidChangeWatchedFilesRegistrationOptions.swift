extension LSP {
  struct DidChangeWatchedFilesRegistrationOptions: Codable, Sendable {
    var watchers: [FileSystemWatcher]
  }
}
