extension LSP {
  struct ProgressParams: Codable, Sendable {
    var token: ProgressToken
    var value: WorkDoneProgress
  }
}
