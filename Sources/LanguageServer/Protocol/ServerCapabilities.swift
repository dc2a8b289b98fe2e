extension LSP {
  /// What the server can do.
  struct ServerCapabilities: Codable, Sendable {
    var positionEncoding: String
    var textDocumentSync = TextDocumentSyncOptions()
    var hoverProvider = true
    var codeActionProvider = CodeActionOptions()
    var diagnosticProvider: DiagnosticOptions?
    var workspace = Workspace()

    struct TextDocumentSyncOptions: Codable, Sendable {
      var openClose = true
      /// 2: changes are sent, not whole documents. A change without a range is understood all the same.
      var change = 2
      var save = SaveOptions()
    }

    struct SaveOptions: Codable, Sendable {
      var includeText = false
    }

    struct CodeActionOptions: Codable, Sendable {
      var codeActionKinds = ["quickfix"]
    }

    struct DiagnosticOptions: Codable, Sendable {
      var identifier = "belay"
      var interFileDependencies = true
      var workspaceDiagnostics = true
      var workDoneProgress = true
    }

    struct Workspace: Codable, Sendable {
      var workspaceFolders = WorkspaceFolders()
    }

    struct WorkspaceFolders: Codable, Sendable {
      var supported = true
      var changeNotifications = true
    }
  }
}
