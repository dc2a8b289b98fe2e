// Text of a document as bytes, with its lines.
//
// Editors count lines by LF, CRLF and CR; places of findings count them by LF alone, and columns in bytes. Both lead to an offset in bytes first. Bytes that are no UTF-8
// count as one character each, which is what they become when the text is shown.

import Findings

/// The text of a document, and where its lines start.
struct SourceText: Sendable, Equatable {
  private(set) var bytes: [UInt8]
  /// The lines of the editor.
  private var lineStarts: LineTable
  /// The lines of findings; only a lone CR makes them others.
  private var findingLines: LineTable

  /// A text. Complexity: linear in its size.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    (lineStarts, findingLines) = Self.lines(bytes)
  }

  /// How many lines an editor sees.
  var lineCount: Int { lineStarts.count }

  private static func lines(_ bytes: [UInt8]) -> (editor: LineTable, findings: LineTable) {
    let findings = bytes.withUnsafeBytes { LineTable($0) }
    guard bytes.contains(0x0D) else { return (findings, findings) }
    var starts: [UInt32] = [0]
    bytes.withUnsafeBufferPointer { bytes in
      for index in bytes.indices {
        let byte = bytes[index]
        if byte == 0x0A || byte == 0x0D && (index + 1 == bytes.count || bytes[index + 1] != 0x0A) {
          starts.append(UInt32(index) + 1)
        }
      }
    }
    return (LineTable(starts: starts), findings)
  }

  // MARK: Positions of editors

  /// The line's bytes without its end.
  private func content(ofLine line: Int) -> Swift.Range<Int> {
    let start = lineStarts[line]
    var end = line + 1 < lineStarts.count ? lineStarts[line + 1] : bytes.count
    if end > start, bytes[end - 1] == 0x0A { end -= 1 }
    if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    return start..<end
  }

  /// How many bytes the character at an offset has: one where they are no UTF-8.
  private func length(at offset: Int, before end: Int) -> Int {
    let count: Int
    switch bytes[offset] {
    case 0xC2...0xDF: count = 2
    case 0xE0...0xEF: count = 3
    case 0xF0...0xF4: count = 4
    default: return 1
    }
    guard offset + count <= end, bytes[offset + 1..<offset + count].allSatisfy({ $0 & 0xC0 == 0x80 }) else { return 1 }
    return count
  }

  /// The offset of a position. Behind the end of a line it is the end of the line, behind the last line the end of the text, within a character its start.
  ///
  /// Complexity: linear in the line.
  func offset(of position: LSP.Position, _ encoding: PositionEncoding) -> Int {
    guard position.line < lineStarts.count else { return bytes.count }
    let line = content(ofLine: position.line)
    var offset = line.lowerBound
    var units = 0
    while offset < line.upperBound {
      let count = length(at: offset, before: line.upperBound)
      units += encoding.units(ofBytes: count)
      if units > position.character { break }
      offset += count
    }
    return offset
  }

  /// The position of an offset; behind the end of the text it is the end.
  ///
  /// Complexity: logarithmic in the lines, linear in the line.
  func position(of offset: Int, _ encoding: PositionEncoding) -> LSP.Position {
    let offset = max(0, min(offset, bytes.count))
    let low = lineStarts.line(at: offset)
    let end = min(offset, content(ofLine: low).upperBound)
    var index = lineStarts[low]
    var units = 0
    while index < end {
      let count = length(at: index, before: content(ofLine: low).upperBound)
      if index + count > end { break }
      units += encoding.units(ofBytes: count)
      index += count
    }
    return LSP.Position(line: low, character: units)
  }

  // MARK: Places of findings

  /// The offset of a line and column as findings count them: from 1, lines by LF, columns in bytes.
  func offset(line: Int, column: Int) -> Int {
    guard line >= 1 else { return 0 }
    guard line <= findingLines.count else { return bytes.count }
    return min(bytes.count, findingLines[line - 1] + max(0, column - 1))
  }

  /// The range of a place.
  func range(of place: Place, _ encoding: PositionEncoding) -> LSP.Range {
    let start = offset(line: place.line, column: place.column)
    let end = max(start, offset(line: place.endLine, column: place.endColumn))
    return LSP.Range(start: position(of: start, encoding), end: position(of: end, encoding))
  }

  /// The line and column of a position, as findings count them.
  func lineAndColumn(of position: LSP.Position, _ encoding: PositionEncoding) -> (line: Int, column: Int) {
    findingLines.position(at: UInt32(offset(of: position, encoding)))
  }

  /// The white space at the start of a line, counted from 0, and the line's end as it is written.
  func indentationAndEnd(ofLine line: Int) -> (indentation: String, end: String) {
    guard line < lineStarts.count else { return ("", "\n") }
    let content = content(ofLine: line)
    let indentation = bytes[content].prefix { $0 == 0x20 || $0 == 0x09 }
    let next = line + 1 < lineStarts.count ? lineStarts[line + 1] : content.upperBound
    let end = String(decoding: bytes[content.upperBound..<next], as: UTF8.self)
    return (String(decoding: indentation, as: UTF8.self), end.isEmpty ? "\n" : end)
  }

  // MARK: Edits

  /// Applies a change as an editor sends it; without a range the text is a new one. A range that ends before it starts is read the other way round.
  ///
  /// Complexity: linear in the text.
  mutating func apply(_ change: LSP.TextDocumentContentChangeEvent, _ encoding: PositionEncoding) {
    if let range = change.range {
      let (first, second) = (offset(of: range.start, encoding), offset(of: range.end, encoding))
      bytes.replaceSubrange(min(first, second)..<max(first, second), with: change.text.utf8)
    } else {
      bytes = Array(change.text.utf8)
    }
    (lineStarts, findingLines) = Self.lines(bytes)
  }
}
