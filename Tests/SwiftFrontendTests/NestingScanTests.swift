import Testing

@testable import SwiftFrontend

/// What is passed over because the parser would not come to an end with it.
@Suite struct NestingScanTests {
  private func excess(_ text: String) -> Int? { NestingScan.excess(in: Array(text.utf8)) }

  @Test(arguments: [
    "let x = " + String(repeating: "[", count: 12) + String(repeating: "]", count: 12),
    String(repeating: "let x = a < b\n", count: 60), String(repeating: "check(a < b)\n", count: 200),
    String(repeating: "f { [1] }\n", count: 100), String(repeating: "print(\"[\")\n", count: 100),
    String(repeating: "let s = [\"[\", \"<\"]\n", count: 100), String(repeating: "case \"[\": x[0] }\n", count: 100),
    String(repeating: "func f<T>(_ x: [T]) -> Set<T> {}\n", count: 200),
    String(repeating: "{ [", count: 50) + String(repeating: "] }", count: 50),
  ])
  func ordinarySourcesAreRead(text: String) { #expect(excess(text) == nil) }

  @Test(arguments: [
    "[", "[Int: [", "[@a(\"x\") [", "[@a({}) [", "[(", "[\n", "[/*\"*/", "A<", "A <", "A\n<", "A<some\nB<",
  ])
  func whatNestsIsTold(open: String) {
    let text = "let x = " + String(repeating: open, count: 100)
    #expect(excess(text) != nil)
  }

  @Test func theOffsetIsThatOfTheBracket() {
    #expect(excess("let x = " + String(repeating: "[", count: 20)) == 20)
  }

  @Test func whatIsPassedOverIsADiagnosticWithItsPlace() throws {
    let text = "func g() {}\nlet x = " + String(repeating: "[", count: 20) + "\n"
    let loaded = try LoadedSource(["a.swift": Array(text.utf8), "b.swift": Array("func f() {}\n".utf8)])
    let diagnostics = loaded.program.diagnostics.map { "\($0.place): \($0.message)" }
    #expect(diagnostics == ["a.swift:2:21: is not read: its brackets nest too deeply"])
    let names = loaded.program.units.flatMap(\.functions).map { loaded.symbols.name($0.displayName) }
    #expect(names.contains("f") && !names.contains("g"))
  }
}
