extension LSP {
  struct WorkspaceDiagnosticReport: Codable, Sendable {
    var items: [WorkspaceDocumentDiagnosticReport]
  }
}
