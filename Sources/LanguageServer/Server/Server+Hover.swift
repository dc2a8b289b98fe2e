import Checker
import Findings
import Foundation

extension Server {
  /// What is known of the pointers in the map under the cursor.
  func hover(_ params: LSP.HoverParams) async throws -> LSP.Hover? {
    guard let document = document(params.textDocument.uri), let path = document.path, Self.isSource(path),
      let root = project(of: path), let project = projects[root]
    else { return nil }
    let job = job(project)
    let (line, column) = document.text.lineAndColumn(of: params.position, encoding)
    let found = await BackgroundThread.run {
      Checker(options: job.overlaidOptions()).map(inFile: path, line: line, column: column)
    }
    // The text may have changed meanwhile; then the place is no longer there.
    guard let found, documents[document.uri]?.version == document.version else { return nil }
    let isMarkdown = capabilities?.textDocument?.hover?.contentFormat?.contains("markdown") ?? false
    return LSP.Hover(
      contents: .init(kind: isMarkdown ? "markdown" : "plaintext", value: MapHover.text(found, isMarkdown: isMarkdown)),
      range: document.text.range(of: found.place, encoding))
  }
}
