/// Turns a report into a text: a terminal's, a program's, a browser's.
public protocol Reporter: Sendable {
  /// The whole text. Complexity: linear in findings and steps, and in the source that is shown.
  func render(_ report: Report, sources: any SourceProvider) -> String
}

/// Gives the lines of source files to reporters.
public protocol SourceProvider: Sendable {
  /// A line, counted from 1, without its line end; nil when the file or the line does not exist.
  func line(_ number: Int, of file: String) -> String?
}
