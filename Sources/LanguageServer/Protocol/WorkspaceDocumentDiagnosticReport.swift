extension LSP {
  /// The diagnostics of one document of the workspace.
  struct WorkspaceDocumentDiagnosticReport: Codable, Sendable {
    var kind: String
    var uri: String
    var version: Int?
    var resultId: String
    var items: [Diagnostic]?

    func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(kind, forKey: .kind)
      try values.encode(uri, forKey: .uri)
      // The specification wants the key, even without a version.
      try values.encode(version, forKey: .version)
      try values.encode(resultId, forKey: .resultId)
      try values.encodeIfPresent(items, forKey: .items)
    }
  }
}
