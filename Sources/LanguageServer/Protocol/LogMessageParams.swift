extension LSP {
  struct LogMessageParams: Codable, Sendable {
    var type: MessageType
    var message: String
  }
}
