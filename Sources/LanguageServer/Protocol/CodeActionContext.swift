extension LSP {
  /// What an editor wants actions for.
  struct CodeActionContext: Codable, Sendable {
    /// The kinds that are wanted; `quickfix` also stands for `quickfix.belay`.
    var only: [String]?
  }
}
