extension LSP {
  struct ConfigurationItem: Codable, Sendable {
    var section: String
  }
}
