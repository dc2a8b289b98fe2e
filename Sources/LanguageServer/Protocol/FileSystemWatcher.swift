extension LSP {
  struct FileSystemWatcher: Codable, Sendable {
    var globPattern: String
  }
}
