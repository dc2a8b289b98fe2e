import Foundation

extension Server {
  // MARK: Pushed

  /// Sends what a check found, and takes back what is gone. Files of a project within this one are that one's business.
  func publishAll(_ root: String) {
    guard let result = projects[root]?.result else { return }
    if isPulled {
      // The client has asked for documents one by one; what this check says of others it does not know.
      if projects[root]?.published != result.files.mapValues(\.diagnostics) {
        ask("workspace/diagnostic/refresh", Int?.none) { _, _ in }
      }
      projects[root]?.published = result.files.mapValues(\.diagnostics)
      return
    }
    let before = projects[root]?.published ?? [:]
    var published: [String: [LSP.Diagnostic]] = [:]
    var paths = Set(before.keys).union(result.files.keys)
    paths.formUnion(result.versions.keys.filter { Self.isSource($0) })
    for path in paths.sorted() where owns(root, path) {
      let diagnostics = result.files[path]?.diagnostics ?? []
      if !diagnostics.isEmpty { published[path] = diagnostics }
      // Of an open document the client wants to know that this very version was checked.
      if result.versions[path] == nil, (before[path] ?? []) == diagnostics { continue }
      publish(path, diagnostics, version: result.versions[path])
    }
    projects[root]?.published = published
  }

  /// Whether what a project's check says of a file counts.
  private func owns(_ root: String, _ path: String) -> Bool {
    project(of: path).map { $0 == root } ?? true
  }

  func publish(_ path: String, _ diagnostics: [LSP.Diagnostic], version: Int?) {
    if isPulled { return }
    let uri = documents.values.first { $0.path == path }?.uri ?? FileURI.uri(path)
    notify(
      "textDocument/publishDiagnostics",
      LSP.PublishDiagnosticsParams(uri: uri, version: version, diagnostics: diagnostics))
  }

  // MARK: Pulled

  func documentDiagnostics(_ params: LSP.DocumentDiagnosticParams) async throws -> LSP.DocumentDiagnosticReport? {
    let file: AnalysisResult.File
    if let path = FileURI.path(params.textDocument.uri), let root = project(of: path) {
      if let token = params.workDoneToken { beginProgress(token, root) }
      defer { if let token = params.workDoneToken { endProgress(token, root) } }
      file = try await settled(root)?.files[path] ?? .init()
    } else {
      file = .init()
    }
    let isUnchanged = params.previousResultId == file.resultID && !file.resultID.isEmpty
    return LSP.DocumentDiagnosticReport(
      kind: isUnchanged ? "unchanged" : "full", resultId: file.resultID, items: isUnchanged ? nil : file.diagnostics)
  }

  func workspaceDiagnostics(_ params: LSP.WorkspaceDiagnosticParams) async throws -> LSP.WorkspaceDiagnosticReport? {
    let previous = Dictionary((params.previousResultIds ?? []).map { ($0.uri, $0.value) }) { _, new in new }
    var known = Set(previous.keys)
    var items: [LSP.WorkspaceDocumentDiagnosticReport] = []
    for root in projects.keys.sorted() {
      if let token = params.workDoneToken { beginProgress(token, root) }
      defer { if let token = params.workDoneToken { endProgress(token, root) } }
      guard let result = try await settled(root) else { continue }
      for (path, file) in result.files.sorted(by: { $0.key < $1.key }) where owns(root, path) {
        let uri = documents.values.first { $0.path == path }?.uri ?? FileURI.uri(path)
        known.remove(uri)
        let isUnchanged = previous[uri] == file.resultID
        items.append(
          .init(
            kind: isUnchanged ? "unchanged" : "full", uri: uri, version: result.versions[path],
            resultId: file.resultID, items: isUnchanged ? nil : file.diagnostics))
      }
    }
    // What had findings once and has none now.
    for uri in known.sorted() where !(previous[uri] ?? "").isEmpty {
      items.append(.init(kind: "full", uri: uri, version: document(uri)?.version, resultId: "", items: []))
    }
    return LSP.WorkspaceDiagnosticReport(items: items)
  }
}
