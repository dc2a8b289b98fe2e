extension LSP {
  /// What the client can do, as far as it matters here.
  struct ClientCapabilities: Codable, Sendable {
    var workspace: Workspace?
    var textDocument: TextDocument?
    var window: Window?
    var general: General?

    struct Workspace: Codable, Sendable {
      var workspaceEdit: WorkspaceEdit?
      var didChangeWatchedFiles: DynamicRegistration?
      var configuration: Bool?
      var diagnostics: Refresh?
    }

    struct WorkspaceEdit: Codable, Sendable {
      var documentChanges: Bool?
    }

    struct DynamicRegistration: Codable, Sendable {
      var dynamicRegistration: Bool?
    }

    struct Refresh: Codable, Sendable {
      var refreshSupport: Bool?
    }

    struct TextDocument: Codable, Sendable {
      var publishDiagnostics: PublishDiagnostics?
      var diagnostic: DynamicRegistration?
      var hover: Hover?
    }

    struct PublishDiagnostics: Codable, Sendable {
      var relatedInformation: Bool?
    }

    struct Hover: Codable, Sendable {
      var contentFormat: [String]?
    }

    struct Window: Codable, Sendable {
      var workDoneProgress: Bool?
    }

    struct General: Codable, Sendable {
      var positionEncodings: [String]?
    }
  }
}
