import Checker
import Foundation

extension Server {
  private var pause: Duration { .milliseconds(settings.debounce) }

  func open(_ params: LSP.DidOpenTextDocumentParams) {
    let item = params.textDocument
    let path = FileURI.path(item.uri)
    if documents[item.uri] != nil { log(.warning, "\(item.uri) is opened a second time; the new text counts") }
    documents[item.uri] = OpenDocument(
      uri: item.uri, path: path, version: item.version, text: SourceText(Array(item.text.utf8)))
    guard let path, Self.isSource(path) else { return }
    if project(of: path) == nil { addImplicitProject(for: path) }
    touch(path, after: .zero)
  }

  func change(_ params: LSP.DidChangeTextDocumentParams) {
    let uri = params.textDocument.uri
    guard var document = documents.removeValue(forKey: uri) else {
      log(.error, "\(uri) is changed, but was not opened; the change is passed over")
      return
    }
    if params.textDocument.version <= document.version {
      log(.warning, "version \(params.textDocument.version) of \(uri) comes after version \(document.version)")
    }
    document.version = params.textDocument.version
    for change in params.contentChanges { document.text.apply(change, encoding) }
    documents[uri] = document
    if let path = document.path, Self.isSource(path) { touch(path, after: pause) }
  }

  func save(_ params: LSP.DidSaveTextDocumentParams) {
    guard let path = FileURI.path(params.textDocument.uri) else { return }
    if (path as NSString).lastPathComponent == ConfigurationFile.name { return reload() }
    guard Self.isSource(path) || Self.isBuildFile(path) else { return }
    // Other projects may import what was saved.
    for root in projects.keys.sorted() { touch(root, after: .zero) }
  }

  func close(_ params: LSP.DidCloseTextDocumentParams) {
    guard let document = documents.removeValue(forKey: params.textDocument.uri) else {
      log(.warning, "\(params.textDocument.uri) is closed, but was not opened")
      return
    }
    guard let path = document.path, let root = project(of: path) else { return }
    // Nobody looks at a file outside the workspace any more.
    if projects[root]?.isWorkspaceFolder == false, !hasDocuments(root) {
      remove(root)
    } else if Self.isSource(path) {
      touch(root, after: .zero)
    }
  }

  func changeFiles(_ params: LSP.DidChangeWatchedFilesParams) {
    let paths = params.changes.compactMap { FileURI.path($0.uri) }
    if paths.contains(where: { ($0 as NSString).lastPathComponent == ConfigurationFile.name }) { return reload() }
    guard paths.contains(where: { Self.isSource($0) || Self.isBuildFile($0) }) else { return }
    for root in projects.keys.sorted() { touch(root, after: pause) }
  }

  /// The open document of a URI, whichever way the client escapes it.
  func document(_ uri: String) -> OpenDocument? {
    if let known = documents[uri] { return known }
    guard let path = FileURI.path(uri) else { return nil }
    return documents.values.first { $0.path == path }
  }

  static func isSource(_ path: String) -> Bool {
    Checker.sourceEndings.contains((path as NSString).pathExtension)
  }

  static func isBuildFile(_ path: String) -> Bool {
    Checker.buildFileNames.contains((path as NSString).lastPathComponent)
  }
}
