extension LSP {
  struct PreviousResultId: Codable, Sendable {
    var uri: String
    var value: String
  }
}
