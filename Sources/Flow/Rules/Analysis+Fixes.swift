import Findings

/// Edits that rules offer.
extension Analysis {
  /// Puts a statement in front of another one: on a line of its own, or behind the brace that opens a block on the same line. Nil where no statement can stand, as in the
  /// header of an `if`.
  func insertion(of statement: String, before range: SourceRange) -> Fix.Edit? {
    guard range != .none else { return nil }
    let place = place(range)
    let start = Place(
      file: place.file, line: place.line, column: place.column, endLine: place.line, endColumn: place.column)
    if let indentation = indentation(before: range) {
      return Fix.Edit(at: start, with: statement + "\n" + indentation)
    }
    return startOfLine(range).last { $0 != " " && $0 != "\t" } == "{"
      ? Fix.Edit(at: start, with: statement + "; ") : nil
  }

  /// The white space in front of a statement that begins its line; nil where something else stands before it.
  func indentation(before range: SourceRange) -> String? {
    let text = startOfLine(range)
    return text.allSatisfy { $0 == " " || $0 == "\t" } ? text : nil
  }

  private func startOfLine(_ range: SourceRange) -> String {
    let column = UInt32(max(1, place(range).column))
    guard range.start + 1 >= column else { return "" }
    return sourceMap.text(of: SourceRange(file: range.file, start: range.start + 1 - column, end: range.start))
  }
}
