extension LSP {
  /// The name of a piece of work whose progress is told: a number or a text, as ids of requests are.
  typealias ProgressToken = RequestID
}
