extension LSP {
  /// Text, `plaintext` or `markdown`.
  struct MarkupContent: Codable, Hashable, Sendable {
    var kind: String
    var value: String
  }
}
