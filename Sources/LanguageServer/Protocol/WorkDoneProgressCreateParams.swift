extension LSP {
  struct WorkDoneProgressCreateParams: Codable, Sendable {
    var token: ProgressToken
  }
}
