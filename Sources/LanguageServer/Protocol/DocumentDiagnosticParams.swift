extension LSP {
  struct DocumentDiagnosticParams: Codable, Sendable {
    var textDocument: TextDocumentIdentifier
    var previousResultId: String?
    var workDoneToken: ProgressToken?
  }
}
