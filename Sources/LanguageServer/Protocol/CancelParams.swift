extension LSP {
  struct CancelParams: Codable, Sendable {
    var id: RequestID
  }
}
