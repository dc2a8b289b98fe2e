extension LSP {
  /// The diagnostics of a document: `full`, or `unchanged` since a result that the client has.
  struct DocumentDiagnosticReport: Codable, Sendable {
    var kind: String
    var resultId: String
    var items: [Diagnostic]?
  }
}
