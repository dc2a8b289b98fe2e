import Findings
import Testing

@testable import Flow

private let prelude = """
  foreign thing_free frees 0
  foreign thing_shutdown freesAll 0
  global registry: map(ptr, plain)
  global handles: map(uintptr, plain)
  global shared: syncmap(error, error)
  field T.m: map(ptr, plain)

  """

private func check(_ text: String, _ rules: Set<String>) -> [String] {
  let program = TextualProgram(prelude + text)
  let offset = prelude.split(separator: "\n", omittingEmptySubsequences: false).count - 1
  return RuleRegistry.findings(in: program.analysis).filter { rules.contains($0.rule) }.map {
    "\($0.rule) \($0.severity) \($0.place.line - offset)"
  }
}

@Suite struct WholeProgramRuleTests {
  @Test func neverRemovedThoughFreed() {
    let insert = """
      func add(p: ptr) {
        registry[p] = x
      }
      func end(p: ptr) {
        C.thing_free(p)
      }

      """
    #expect(check(insert, ["BM005"]) == ["BM005 yellow 2"])
    for removal in [
      "func r(p: ptr) {\n delete registry[p]\n}",
      "func r(p: ptr) {\n m = registry\n delete m[p]\n}",
      "func r(m: map(ptr, plain), p: ptr) {\n delete m[p]\n}\nfunc s(p: ptr) {\n m = registry\n r(m, p)\n}",
      "func r() {\n registry = make\n}",
      "func r() {\n clear registry\n}",
      "func r() {\n m = registry\n library:maps.Clear(m)\n}",
    ] {
      #expect(check(insert + removal, ["BM005"]) == [], "\(removal)")
    }
  }

  @Test func neverRemovedWithoutAKnownFreeIsGreen() {
    #expect(check("func add(p: ptr(other)) {\n registry[p] = x\n}", ["BM005"]) == ["BM005 green 2"])
  }

  @Test func integersAreAddressesOnlyWhenTheyWerePointers() {
    let free = "func end(p: ptr) {\n C.thing_free(p)\n}\n"
    #expect(check(free + "func add(p: ptr) {\n u = uintptr p\n handles[u] = x\n}", ["BM005"]) == ["BM005 yellow 6"])
    #expect(check(free + "func add() {\n u = counter\n handles[u] = x\n}", ["BM005"]) == [])
  }

  @Test func constructorsDoNotReplace() {
    let program = """
      func new() -> managed {
        s = new
        s.T.m = make
        return s
      }
      func add(s: managed, p: ptr) {
        s.T.m[p] = x
      }
      """
    #expect(check(program, ["BM005"]) == ["BM005 green 7"])
  }

  @Test func bulkFree() {
    let insert = "func add(p: ptr) {\n registry[p] = x\n}\n"
    #expect(check(insert + "func end() {\n C.thing_shutdown()\n}", ["BM004"]) == ["BM004 yellow 5"])
    #expect(check(insert + "func end() {\n C.thing_shutdown()\n registry = make\n}", ["BM004"]) == [])
    #expect(
      check(
        insert + "func end() {\n C.thing_shutdown()\n}\nfunc all() {\n end()\n clear registry\n}", ["BM004"]) == [])
    #expect(check(insert + "func main() {\n C.thing_shutdown()\n}", ["BM004"]) == [])
  }
}
