extension LSP {
  /// A further place that has to do with a diagnostic.
  struct DiagnosticRelatedInformation: Codable, Hashable, Sendable {
    var location: Location
    var message: String
  }
}
