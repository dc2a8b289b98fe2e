extension LSP {
  /// A step of a piece of work: `begin`, `report` or `end`.
  struct WorkDoneProgress: Codable, Sendable {
    var kind: String
    var title: String?
    var message: String?
  }
}
