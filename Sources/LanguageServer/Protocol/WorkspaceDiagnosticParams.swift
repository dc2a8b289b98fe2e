extension LSP {
  struct WorkspaceDiagnosticParams: Codable, Sendable {
    var previousResultIds: [PreviousResultId]?
    var workDoneToken: ProgressToken?
  }
}
