/// A stretch of a source file, as people and reports name it.
public struct Place: Sendable, Hashable, Codable {
  /// The file, relative to the root of the check where it lies below it, with `/` between folders.
  public var file: String
  /// First line, counted from 1.
  public var line: Int
  /// First column, counted from 1, in UTF-8 bytes.
  public var column: Int
  /// Last line, counted from 1.
  public var endLine: Int
  /// The column after the last byte, counted from 1, in UTF-8 bytes.
  public var endColumn: Int

  /// A place from its bounds; without an end it is one byte wide.
  public init(file: String, line: Int, column: Int, endLine: Int? = nil, endColumn: Int? = nil) {
    self.file = file
    self.line = line
    self.column = column
    self.endLine = endLine ?? line
    self.endColumn = endColumn ?? column + 1
  }
}

extension Place: Comparable {
  /// Compares by file, then by position.
  public static func < (left: Place, right: Place) -> Bool {
    (left.file, left.line, left.column, left.endLine, left.endColumn)
      < (right.file, right.line, right.column, right.endLine, right.endColumn)
  }
}

extension Place: CustomStringConvertible {
  /// `file:line:column`, the form that terminals and editors make a link of.
  public var description: String { "\(file):\(line):\(column)" }
}
