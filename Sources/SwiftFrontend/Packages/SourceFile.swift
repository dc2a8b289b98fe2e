import Findings
import Flow
import Foundation

/// A Swift file that was read.
struct SourceFile: Sendable {
  /// Where it lies.
  var path: String
  /// The path that reports show.
  var reportedPath: String
  /// Its bytes as they are, valid UTF-8 or not.
  var bytes: [UInt8]
  /// Where its lines start.
  var lineStarts: LineTable
  /// Whether it belongs to a test target.
  var isTest: Bool
  /// The module that it belongs to.
  var module: String
  /// Whether findings in it are wanted; it may only be there for the types that it declares.
  var isSelected: Bool

  /// A file of a module.
  init(path: String, reportedPath: String, bytes: [UInt8], module: String, isTest: Bool, isSelected: Bool) {
    self.path = path
    self.reportedPath = reportedPath
    self.bytes = bytes
    self.module = module
    self.isTest = isTest
    self.isSelected = isSelected
    lineStarts = bytes.withUnsafeBytes { LineTable($0) }
  }

  /// The text between two offsets; what is no UTF-8 is replaced.
  func text(_ start: UInt32, _ end: UInt32) -> String {
    guard start <= end, Int(end) <= bytes.count else { return "" }
    return String(decoding: bytes[Int(start)..<Int(end)], as: UTF8.self)
  }

  /// The place of two offsets. Complexity: O(log lines).
  func place(_ start: UInt32, _ end: UInt32) -> Place {
    let first = lineStarts.position(at: start)
    let last = lineStarts.position(at: max(start, end))
    return Place(
      file: reportedPath, line: first.line, column: first.column, endLine: last.line, endColumn: last.column)
  }
}
