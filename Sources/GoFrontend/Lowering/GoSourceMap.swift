import Findings
import Flow

/// Places and text of Go files. Immutable, read from any thread.
final class GoSourceMap: SourceMap {
  private struct File: Sendable {
    var path: String
    var source: SourceBytes
    var lineStarts: LineTable
  }

  private let files: [File?]

  init(_ program: TypedProgram) {
    var files = [File?](repeating: nil, count: program.graph.files.count)
    for package in program.graph.packages where package.role == .analysed {
      for number in package.files where files[number] == nil {
        let file = program.graph.files[number]
        files[number] = File(
          path: file.reportedPath, source: file.source, lineStarts: program.facts(number).lineStarts)
      }
    }
    self.files = files
  }

  private func file(_ range: SourceRange) -> File? {
    range.file >= 0 && Int(range.file) < files.count ? files[Int(range.file)] : nil
  }

  func place(of range: SourceRange) -> Place {
    guard let file = file(range) else { return Place(file: "", line: 1, column: 1) }
    let (start, end) = (
      file.lineStarts.position(at: range.start), file.lineStarts.position(at: max(range.start, range.end))
    )
    return Place(file: file.path, line: start.line, column: start.column, endLine: end.line, endColumn: end.column)
  }

  func text(of range: SourceRange) -> String {
    guard let file = file(range), range.start <= range.end, Int(range.end) <= file.source.count else { return "" }
    return file.source.text(range.start, range.end)
  }
}
