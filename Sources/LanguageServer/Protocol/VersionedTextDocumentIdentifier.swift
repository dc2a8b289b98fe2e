extension LSP {
  struct VersionedTextDocumentIdentifier: Codable, Sendable {
    var uri: String
    var version: Int
  }
}
