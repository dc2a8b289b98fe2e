import Testing

@testable import Flow

@Suite struct SymbolTableTests {
  /// More names than there are places at first, some of which are beginnings of others.
  @Test func everyNameKeepsItsSymbol() {
    let table = SymbolTable()
    let names = (0..<20_000).map { String(repeating: "x", count: $0 % 7) + "\($0 / 3)é" } + ["", "x", "\0", "x\0"]
    let symbols = names.map(table.intern)
    #expect(Set(symbols).count == Set(names).count)
    // One expectation for all of them: each takes as long as hundreds of look-ups.
    let wrong = zip(names, symbols).filter { table.name($1) != $0 || table.intern($0) != $1 }
    #expect(wrong.isEmpty)
    #expect(table.intern("") == .empty)
  }

  @Test func threadsAgreeOnNames() {
    let table = SymbolTable()
    let names = (0..<2_000).map { "name\($0)" }
    let found = ParallelQueue(threads: 4).map(count: 4) { _ in names.map(table.intern) }
    #expect(found.allSatisfy { $0 == found[0] })
  }
}
