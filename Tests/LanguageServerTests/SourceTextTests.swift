import Findings
import Foundation
import TestSupport
import Testing

@testable import LanguageServer

@Suite struct SourceTextTests {
  private func text(_ string: String) -> SourceText { SourceText(Array(string.utf8)) }
  private func position(_ line: Int, _ character: Int) -> LSP.Position { .init(line: line, character: character) }

  @Test func unitsOfEachEncoding() {
    // One, two, three and four bytes.
    let text = text("aü€😀z\n")
    for (encoding, columns) in [
      (PositionEncoding.utf8, [0, 1, 3, 6, 10, 11]), (.utf16, [0, 1, 2, 3, 5, 6]), (.utf32, [0, 1, 2, 3, 4, 5]),
    ] {
      for (offset, column) in zip([0, 1, 3, 6, 10, 11], columns) {
        #expect(text.position(of: offset, encoding) == position(0, column))
        #expect(text.offset(of: position(0, column), encoding) == offset)
      }
    }
  }

  @Test func withinACharacterIsItsStart() {
    let text = text("😀z")
    #expect(text.offset(of: position(0, 1), .utf16) == 0)
    #expect(text.offset(of: position(0, 2), .utf8) == 0)
    #expect(text.position(of: 2, .utf16) == position(0, 0))
  }

  @Test func behindTheEnd() {
    let text = text("ab\r\ncd\n")
    #expect(text.offset(of: position(0, 99), .utf16) == 2)
    #expect(text.offset(of: position(1, 99), .utf16) == 6)
    #expect(text.offset(of: position(2, 5), .utf16) == 7)
    #expect(text.offset(of: position(.max, .max), .utf16) == 7)
    #expect(text.position(of: 99, .utf16) == position(2, 0))
    #expect(text.position(of: 3, .utf16) == position(0, 2))
    #expect(SourceText([]).offset(of: position(3, 3), .utf16) == 0)
  }

  @Test func linesEndAsEditorsEndThem() {
    let text = text("a\rb\r\nc\nd")
    #expect(text.lineCount == 4)
    #expect(text.position(of: 2, .utf16) == position(1, 0))
    // Findings know LF only: the second line is c.
    #expect(text.range(of: Place(file: "", line: 2, column: 1), .utf16).start == position(2, 0))
    #expect(text.range(of: Place(file: "", line: 1, column: 3), .utf16).start == position(1, 0))
    #expect(text.lineAndColumn(of: position(1, 1), .utf16) == (1, 4))
    #expect(text.lineAndColumn(of: position(3, 0), .utf16) == (3, 1))
    #expect(text.offset(line: 99, column: 1) == 8 && text.offset(line: 0, column: 0) == 0)
  }

  @Test func bytesThatAreNoUTF8CountOnce() {
    let text = SourceText([0x61, 0xFF, 0xE2, 0x82, 0x7A])
    #expect(text.position(of: 4, .utf16) == position(0, 4))
    #expect(text.offset(of: position(0, 2), .utf16) == 2)
  }

  @Test func indentationAndLineEnds() {
    #expect(text("\t x\r\ny").indentationAndEnd(ofLine: 0) == ("\t ", "\r\n"))
    #expect(text("\t x\r\n  y").indentationAndEnd(ofLine: 1) == ("  ", "\n"))
    #expect(text("").indentationAndEnd(ofLine: 7) == ("", "\n"))
  }

  /// Edits at random, held against an array of code units that knows nothing of bytes.
  @Test(arguments: PositionEncoding.allCases)
  func randomEdits(_ encoding: PositionEncoding) {
    var random = SeededRandom()
    let seed = random.seed
    let pieces = ["a", "ü", "€", "😀", "\n", "\r\n", "\t", "", "xyz", "\n\n", "日本", "e\u{301}", "\r"]
    func someText() -> String {
      (0..<Int.random(in: 0...6, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
    }
    for round in 0..<60 {
      var model = Array(someText().unicodeScalars)
      var text = SourceText(Array(String(String.UnicodeScalarView(model)).utf8))
      for step in 0..<40 {
        let first = Int.random(in: 0...model.count, using: &random)
        let second = Int.random(in: first...model.count, using: &random)
        let new = someText()
        let range = LSP.Range(
          start: Self.position(of: first, in: model, encoding), end: Self.position(of: second, in: model, encoding))
        text.apply(.init(range: range, text: new), encoding)
        model.replaceSubrange(Self.atLineEnd(first, model)..<Self.atLineEnd(second, model), with: new.unicodeScalars)
        let wanted = String(String.UnicodeScalarView(model))
        guard text.bytes == Array(wanted.utf8) else {
          Issue.record("seed \(seed), round \(round), step \(step)")
          return
        }
      }
      #expect(text == SourceText(text.bytes), "seed \(seed), round \(round)")
    }
  }

  /// A position between CR and LF is none of a line: it stands for the line's end, before both.
  private static func atLineEnd(_ index: Int, _ model: [Unicode.Scalar]) -> Int {
    index > 0 && index < model.count && model[index - 1] == "\r" && model[index] == "\n" ? index - 1 : index
  }

  private static func position(of index: Int, in model: [Unicode.Scalar], _ encoding: PositionEncoding) -> LSP.Position
  {
    let index = atLineEnd(index, model)
    var position = LSP.Position(line: 0, character: 0)
    for number in 0..<index {
      let scalar = model[number]
      let isEnd = scalar == "\n" || scalar == "\r" && (number + 1 == model.count || model[number + 1] != "\n")
      if isEnd {
        position = LSP.Position(line: position.line + 1, character: 0)
      } else {
        switch encoding {
        case .utf8: position.character += String(scalar).utf8.count
        case .utf16: position.character += String(scalar).utf16.count
        case .utf32: position.character += 1
        }
      }
    }
    return position
  }
}
