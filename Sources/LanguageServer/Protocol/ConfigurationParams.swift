extension LSP {
  struct ConfigurationParams: Codable, Sendable {
    var items: [ConfigurationItem]
  }
}
