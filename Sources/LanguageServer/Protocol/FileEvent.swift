extension LSP {
  /// A file that was created (1), changed (2) or deleted (3).
  struct FileEvent: Codable, Sendable {
    var uri: String
    var type: Int
  }
}
