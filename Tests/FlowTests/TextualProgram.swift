import Findings

@testable import Flow

// Programs as text, so that solver and rules are tested without a frontend.
//
//   global registry: map(ptr, plain)            field byHandle: map(uintptr, managed)
//   foreign thing_new allocates thing_free      foreign thing_free frees 0
//   func close(s: managed, p: ptr) -> ptr {     modifiers before `func`: exported, init, test; `closure f of g captures x, y (…) {`
//     v, ok = s.byHandle[k]     s.byHandle[k] = v      delete s.byHandle[k]      clear registry
//     x = C.thing_new()         C.thing_free(x)        defer close(s, x)         go close(s, x)
//     value:f(x)   iface:Name(x)   library:fmt.Println(x)
//     x = s.handle   s.handle = x   x = &s.handle   x = new | make | nil | 0 | 12 | "text" | counter | unknown | received | compute y | func f | uintptr y | pointer y
//     if ok { } else { }        conditions: x, !x, nil x, !nil x, equal x y, ?
//     for k, v in registry { }  loop { }  break  continue  return x  panic  exit  lock s.mu  unlock s.mu  use x  escape x
//   }
//
// Types: ptr, ptr(widget), uintptr, handle, plain, managed, aggregate, error, bool, func, map(K, V), syncmap(K, V).

/// A parsed program and the source map that turns its ranges into lines of the text.
struct TextualProgram {
  var unit: Unit
  let symbols: SymbolTable
  let source: TextualSource

  /// Parses a program. A line that is not understood stops the test.
  init(_ text: String, unit name: String = "example.com/p") {
    let parser = TextualParser(text, unit: name)
    parser.parse()
    unit = parser.unit
    symbols = parser.symbols
    source = TextualSource(text: Array(text.utf8))
  }

  /// The analysis of it.
  var analysis: Analysis { Analysis(units: [unit], symbols: symbols, sourceMap: source) }

  /// The function of a name.
  func function(_ name: String) -> Function { unit.functions.first { $0.symbol == symbols.intern(name) }! }
}

struct TextualSource: SourceMap {
  let text: [UInt8]

  func place(of range: SourceRange) -> Place {
    func position(_ offset: UInt32) -> (line: Int, column: Int) {
      let before = text.prefix(Int(offset))
      let line = before.reduce(1) { $0 + ($1 == 10 ? 1 : 0) }
      let start = before.lastIndex(of: 10).map { $0 + 1 } ?? 0
      return (line, Int(offset) - start + 1)
    }
    guard range.file >= 0 else { return Place(file: "", line: 1, column: 1) }
    let start = position(range.start)
    let end = position(range.end)
    return Place(
      file: "p.ir", line: start.line, column: start.column, endLine: end.line, endColumn: end.column)
  }

  func text(of range: SourceRange) -> String {
    range.file < 0 ? "" : String(decoding: text[Int(range.start)..<Int(range.end)], as: UTF8.self)
  }
}
