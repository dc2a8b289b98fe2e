extension LSP {
  /// A finding in an editor.
  struct Diagnostic: Codable, Hashable, Sendable {
    var range: Range
    var severity: DiagnosticSeverity
    var code: String?
    var source = "belay"
    var message: String
    var relatedInformation: [DiagnosticRelatedInformation]?
  }
}
