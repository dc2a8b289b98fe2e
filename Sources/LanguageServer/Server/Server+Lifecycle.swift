import Checker
import Foundation

extension Server {
  /// The handshake.
  func initialize(_ params: LSP.InitializeParams) throws(ResponseError) -> LSP.InitializeResult {
    capabilities = params.capabilities
    encoding = PositionEncoding(offered: params.capabilities.general?.positionEncodings)
    if let section = params.initializationOptions { take(section) }
    var folders = (params.workspaceFolders ?? []).compactMap { FileURI.path($0.uri) }
    if params.workspaceFolders == nil {
      if let path = params.rootUri.flatMap(FileURI.path) ?? params.rootPath.map(FileURI.normalized) { folders = [path] }
    }
    for folder in folders { addFolder(folder) }
    var result = LSP.ServerCapabilities(positionEncoding: encoding.rawValue)
    if isPulled { result.diagnosticProvider = .init() }
    return LSP.InitializeResult(
      capabilities: result, serverInfo: .init(name: "belay", version: belayVersion))
  }

  /// The client is ready for requests of the server.
  func initialized() {
    if capabilities?.workspace?.didChangeWatchedFiles?.dynamicRegistration == true {
      let endings = Checker.sourceEndings.sorted().joined(separator: ",")
      let patterns = ["**/*.{\(endings)}", "**/{\(Checker.buildFileNames.sorted().joined(separator: ","))}"]
      let registration = LSP.Registration(
        id: "belay-files", method: "workspace/didChangeWatchedFiles",
        registerOptions: .init(watchers: patterns.map(LSP.FileSystemWatcher.init)))
      ask("client/registerCapability", LSP.RegistrationParams(registrations: [registration])) { _, _ in }
    }
    askForSettings()
    for root in projects.keys.sorted() { schedule(root, after: .zero) }
  }

  /// Whether the client asks for diagnostics, so that they are not sent unasked as well: it would show them twice. A client that cannot be told to ask again gets them
  /// sent, because an edit changes what is found in other files.
  var isPulled: Bool {
    switch settings.diagnostics {
    case .push: false
    case .pull: true
    case .auto:
      capabilities?.textDocument?.diagnostic != nil && capabilities?.workspace?.diagnostics?.refreshSupport == true
    }
  }

  // MARK: Settings

  /// Takes settings over, and says what is wrong with them.
  func take(_ section: SettingsSection) {
    settings = section.settings
    for problem in section.problems { log(.warning, problem) }
    let known = Checker.rules
    for word in settings.only where !known.contains(where: { $0.id == word || $0.name == word }) {
      log(.warning, "the setting 'belay.only' names '\(word)', which is no rule")
    }
  }

  func changeConfiguration(_ params: LSP.DidChangeConfigurationParams) {
    if capabilities?.workspace?.configuration == true {
      askForSettings()
    } else if let section = params.settings {
      take(section)
      reload()
    }
  }

  private func askForSettings() {
    guard capabilities?.workspace?.configuration == true else { return }
    ask("workspace/configuration", LSP.ConfigurationParams(items: [.init(section: "belay")])) { server, body in
      // A client without such a section answers null, which changes nothing.
      guard let body, let section = MessageBody.result([SettingsSection?].self, in: body)?.first ?? nil else { return }
      server.take(section)
      server.reload()
    }
  }

  /// Reads all configuration files anew, and checks.
  func reload() {
    for root in projects.keys.sorted() {
      readConfiguration(root)
      touch(root, after: .zero)
    }
  }
}
