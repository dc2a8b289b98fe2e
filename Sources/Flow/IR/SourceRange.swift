import Findings

/// A stretch of a source file by file number and byte offsets: twelve bytes, turned into a `Place` only when it is reported.
public struct SourceRange: Sendable, Hashable {
  /// The file's number in the `SourceMap` that made it.
  public var file: Int32
  /// Offset of the first byte.
  public var start: UInt32
  /// Offset after the last byte.
  public var end: UInt32

  /// A stretch of a file.
  public init(file: Int32, start: UInt32, end: UInt32) {
    self.file = file
    self.start = start
    self.end = end
  }

  /// Where there is no source: what a model file or the analysis itself made.
  public static let none = SourceRange(file: -1, start: 0, end: 0)
}

/// Turns ranges into places and text. A frontend provides one; it is read from several threads.
public protocol SourceMap: Sendable {
  /// The place of a range, in lines and columns. Complexity: O(log lines).
  func place(of range: SourceRange) -> Place
  /// The source text of a range; empty for `SourceRange.none`.
  func text(of range: SourceRange) -> String
}
