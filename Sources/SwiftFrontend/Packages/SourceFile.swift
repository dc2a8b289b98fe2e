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
  /// The offset of the first byte of each line.
  var lineStarts: [UInt32]
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
    var starts: [UInt32] = [0]
    for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") { starts.append(UInt32(offset) + 1) }
    lineStarts = starts
  }

  /// The text between two offsets; what is no UTF-8 is replaced.
  func text(_ start: UInt32, _ end: UInt32) -> String {
    guard start <= end, Int(end) <= bytes.count else { return "" }
    return String(decoding: bytes[Int(start)..<Int(end)], as: UTF8.self)
  }

  /// The place of two offsets. Complexity: O(log lines).
  func place(_ start: UInt32, _ end: UInt32) -> Place {
    let first = position(start)
    let last = position(max(start, end))
    return Place(
      file: reportedPath, line: first.line, column: first.column, endLine: last.line, endColumn: last.column)
  }

  private func position(_ offset: UInt32) -> (line: Int, column: Int) {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return (low + 1, Int(offset - lineStarts[low]) + 1)
  }
}
