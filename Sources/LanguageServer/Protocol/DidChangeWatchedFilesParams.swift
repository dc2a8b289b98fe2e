extension LSP {
  struct DidChangeWatchedFilesParams: Codable, Sendable {
    var changes: [FileEvent]
  }
}
