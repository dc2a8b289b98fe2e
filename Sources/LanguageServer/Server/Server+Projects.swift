import Checker
import Findings
import Foundation

extension Server {
  /// The project that a file belongs to: the innermost one.
  func project(of path: String) -> String? {
    projects.keys.filter { FileURI.isInside(path, $0) }.max { $0.utf8.count < $1.utf8.count }
  }

  func hasDocuments(_ root: String) -> Bool {
    documents.values.contains { $0.path.map { project(of: $0) == root } ?? false }
  }

  func addFolder(_ root: String) {
    if projects[root] == nil { projects[root] = Project(root: root, isWorkspaceFolder: true) }
    projects[root]?.isWorkspaceFolder = true
    readConfiguration(root)
  }

  /// A project for a file outside the workspace: its module, or its folder.
  func addImplicitProject(for path: String) {
    let own = (path as NSString).deletingLastPathComponent
    var folder = own
    while !Checker.moduleFileNames.contains(where: { FileManager.default.fileExists(atPath: folder + "/" + $0) }) {
      if folder == "/" || folder.isEmpty || FileManager.default.fileExists(atPath: folder + "/.git") {
        folder = own
        break
      }
      folder = (folder as NSString).deletingLastPathComponent
    }
    projects[folder] = Project(root: folder, isWorkspaceFolder: false)
    readConfiguration(folder)
  }

  func changeFolders(_ params: LSP.DidChangeWorkspaceFoldersParams) {
    for folder in params.event.removed {
      if let root = FileURI.path(folder.uri), projects[root] != nil { remove(root) }
    }
    for folder in params.event.added {
      guard let root = FileURI.path(folder.uri) else {
        log(.warning, "\(folder.uri) is no folder of this machine; it is not checked")
        continue
      }
      addFolder(root)
    }
    for document in documents.values {
      guard let path = document.path, Self.isSource(path), project(of: path) == nil else { continue }
      addImplicitProject(for: path)
    }
    // A file may now belong to another project.
    for root in projects.keys.sorted() { touch(root, after: .zero) }
  }

  /// Forgets a project, and takes back what was said of its files.
  func remove(_ root: String) {
    stop(root)
    guard let project = projects.removeValue(forKey: root) else { return }
    for path in project.published.keys.sorted() { publish(path, [], version: nil) }
    for (ticket, waiter) in waiters where waiter.root == root {
      waiters[ticket] = nil
      waiter.continuation.resume()
    }
  }

  // MARK: Configuration

  func readConfiguration(_ root: String) {
    guard
      let path = settings.config.map({ FileURI.normalized($0.hasPrefix("/") ? $0 : root + "/" + $0) })
        ?? ConfigurationFile.find(from: root)
    else {
      projects[root]?.configuration = Configuration()
      projects[root]?.configurationProblem = nil
      return
    }
    do {
      projects[root]?.configuration = try ConfigurationFile.read(path, rules: Checker.rules)
      projects[root]?.configurationProblem = nil
    } catch {
      log(.error, "\(error); what was read last counts")
      projects[root]?.configurationProblem = Self.problem(error, in: path)
    }
  }

  /// A problem at the place that stands in front of it: `path:line:column`.
  private static func problem(_ failure: CheckFailure, in path: String) -> Findings.Diagnostic {
    var place = Place(file: path, line: 1, column: 1)
    let numbers = failure.what.dropFirst(path.count).split(separator: ":").map { Int($0) }
    if failure.what.hasPrefix(path + ":"), numbers.count == 2, let line = numbers[0], let column = numbers[1] {
      place = Place(file: path, line: line, column: column)
    }
    return Findings.Diagnostic(at: place, "\(failure.why); \(failure.advice)")
  }

  /// What a check of a project needs.
  func job(_ project: Project) -> AnalysisJob {
    var options = CheckOptions()
    options.root = project.root
    options.paths = [project.root]
    options.configuration = project.configuration
    if !settings.only.isEmpty {
      options.onlyRules = Set(
        Checker.rules.filter { settings.only.contains($0.id) || settings.only.contains($0.name) }.map(\.id))
    }
    options.setContext(operatingSystem: settings.goos, architecture: settings.goarch, tags: settings.tags)
    options.includesTests = settings.tests
    options.cacheFolder = settings.cache ? Checker.defaultCacheFolder : nil
    return AnalysisJob(
      generation: project.generation, options: options, configurationProblem: project.configurationProblem,
      documents: documents.values.filter { $0.path != nil }.sorted { $0.uri < $1.uri }, encoding: encoding,
      hasRelatedInformation: capabilities?.textDocument?.publishDiagnostics?.relatedInformation ?? false)
  }
}
