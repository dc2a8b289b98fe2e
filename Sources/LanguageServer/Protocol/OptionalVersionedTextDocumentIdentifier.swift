extension LSP {
  /// A document of an edit, and the version that the edit is for: `null` for a document that is not open.
  struct OptionalVersionedTextDocumentIdentifier: Codable, Hashable, Sendable {
    var uri: String
    var version: Int?

    func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(uri, forKey: .uri)
      // The specification wants the key, even without a version.
      try values.encode(version, forKey: .version)
    }
  }
}
