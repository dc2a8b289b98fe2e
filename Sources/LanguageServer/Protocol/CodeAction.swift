extension LSP {
  /// A change that an editor offers.
  struct CodeAction: Codable, Sendable {
    var title: String
    var kind = "quickfix"
    var diagnostics: [Diagnostic]
    var isPreferred: Bool?
    var edit: WorkspaceEdit
  }
}
