import Findings
import Flow

/// Places and text of Swift files. Immutable, read from any thread.
struct SwiftSourceMap: SourceMap {
  let files: [SourceFile]
  /// The number of the first file.
  let firstFile: Int32

  private func file(_ range: SourceRange) -> SourceFile? {
    let index = Int(range.file) - Int(firstFile)
    return range.file >= firstFile && index < files.count ? files[index] : nil
  }

  func place(of range: SourceRange) -> Place {
    guard let file = file(range) else { return Place(file: "", line: 1, column: 1) }
    return file.place(range.start, range.end)
  }

  func text(of range: SourceRange) -> String { file(range)?.text(range.start, range.end) ?? "" }
}
