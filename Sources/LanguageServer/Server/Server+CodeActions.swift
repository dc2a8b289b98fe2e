import Foundation

extension Server {
  /// What can be done about the findings in a range: their fixes, and a comment that silences them.
  func codeActions(_ params: LSP.CodeActionParams) async throws -> [LSP.CodeAction]? {
    if let only = params.context.only, !only.contains(where: { $0.isEmpty || $0 == "quickfix" }) { return [] }
    guard let path = FileURI.path(params.textDocument.uri), let root = project(of: path),
      let result = try await settled(root), let file = result.files[path]
    else { return [] }
    var actions: [LSP.CodeAction] = []
    let items = file.items.filter { $0.diagnostic.range.touches(params.range) }
    for item in items {
      for (index, fix) in item.fixes.enumerated() {
        actions.append(
          LSP.CodeAction(
            title: fix.title, diagnostics: [item.diagnostic], isPreferred: index == 0 ? true : nil,
            edit: workspaceEdit(fix.edits, result)))
      }
    }
    var silenced: Set<LSP.TextEdit> = []
    for item in items {
      // Two findings of a rule on one line are silenced by one comment.
      guard let comment = item.suppression, silenced.insert(comment).inserted else { continue }
      actions.append(
        LSP.CodeAction(
          title: "Ignore \(item.finding.rule) here, with a reason", diagnostics: [item.diagnostic],
          edit: workspaceEdit([path: [comment]], result)))
    }
    return actions
  }

  private func workspaceEdit(_ edits: [String: [LSP.TextEdit]], _ result: AnalysisResult) -> LSP.WorkspaceEdit {
    let uri = { (path: String) in self.documents.values.first { $0.path == path }?.uri ?? FileURI.uri(path) }
    guard capabilities?.workspace?.workspaceEdit?.documentChanges == true else {
      return LSP.WorkspaceEdit(changes: Dictionary(uniqueKeysWithValues: edits.map { (uri($0.key), $0.value) }))
    }
    return LSP.WorkspaceEdit(
      documentChanges: edits.sorted { $0.key < $1.key }.map { path, edits in
        LSP.TextDocumentEdit(textDocument: .init(uri: uri(path), version: result.versions[path]), edits: edits)
      })
  }
}
