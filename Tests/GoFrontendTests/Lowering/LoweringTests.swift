import Flow
import Foundation
import Testing

@testable import GoFrontend

/// Small Go functions, and what they become.
struct LoweringTests {
  private func load(_ text: String, go: String = "1.24") throws -> GoProgram {
    let tree = try SourceTree(["go.mod": "module m\ngo \(go)\n", "a.go": text])
    var options = GoProgram.Options()
    options.root = tree.root
    return GoProgram.load(paths: [tree.root], options: options)
  }

  /// The lines of a function between its braces.
  private func body(_ name: String, _ program: GoProgram) throws -> [String] {
    let function = try #require(
      program.units.flatMap(\.functions).first { program.symbols.name($0.symbol) == "m.\(name)" })
    let lines = function.dump(program.symbols).split(separator: "\n")
    return lines.dropFirst().dropLast().map { $0.trimmingCharacters(in: .whitespaces) }
  }

  private let head = """
    package m
    import "C"
    import ("sync"; "unsafe"; "sync/atomic")
    type S struct { mu sync.RWMutex; by map[*C.thing]*S; all sync.Map; h *C.thing }
    type Outer struct { *S; n int }
    var global map[unsafe.Pointer]int
    var id uintptr
    var _ = atomic.AddInt32

    """

  @Test func conditionsBecomeControlFlow() throws {
    let program = try load(
      head + "func f(s *S, k *C.thing) { if v, ok := s.by[k]; ok && v != nil { C.thing_free(v.h) } }")
    let lines = try body("f", program)
    #expect(
      lines == [
        "b0:", "$2, $3 = s.by[k]", "v = $2", "ok = $3", "if ok b4 else b3", "b1:", "return", "b2:", "$6 = load v.h",
        "call C.thing_free($6)", "jump b1", "b3:", "jump b1", "b4:", "if !nil v b2 else b3",
      ])
  }

  @Test func embeddedFieldsAndLocks() throws {
    let program = try load(head + "func f(o *Outer, k *C.thing) { o.mu.Lock(); defer o.mu.Unlock(); delete(o.by, k) }")
    let lines = try body("f", program)
    #expect(
      lines == [
        "lock o.S.mu", "$2 = &o.S.mu", "defer call library sync.(*RWMutex).Unlock($2)", "delete o.S.by[k]", "return",
      ])
  }

  /// Whatever the package of a lock, or when its import is missing: its methods have names.
  @Test func locksOfUnknownTypesAreLocks() throws {
    let program = try load(
      """
      package m
      import "example.org/deadlock"
      var mu deadlock.Mutex
      var forgotten sync.RWMutex
      type T struct { deadlock.Mutex; m map[uintptr]int }
      func f(t *T) { mu.Lock(); forgotten.RLock(); forgotten.RUnlock(); defer mu.Unlock(); t.Lock(); t.m[1] = 2; t.Unlock() }
      func g(t *T, k string) { mu.Lock(k); t.Close() }
      """)
    let lines = try body("f", program)
    #expect(
      lines == [
        "lock global m.mu", "lock global m.forgotten shared", "unlock global m.forgotten shared", "$1 = &global m.mu",
        "defer call library sync.(*Mutex).Unlock($1)", "lock t.lock", "$2 = 1", "$3 = 2", "t.m[$2] = $3",
        "unlock t.lock",
        "return",
      ])
    #expect(try !body("g", program).contains { $0.hasPrefix("lock") })
  }

  @Test func synchronizedMapsAreMaps() throws {
    let program = try load(
      head + "func f(s *S, k *C.thing) { s.all.Store(k, s); s.all.CompareAndDelete(k, s); s.all.Clear() }")
    let lines = try body("f", program)
    #expect(
      lines == [
        "s.all[k] = s", "delete s.all[k] if unchanged", "clear s.all", "return",
      ])
  }

  @Test func rangesOverMapsAskForTheNextEntry() throws {
    let program = try load(head + "func f(s *S) { for k := range s.by { if k == nil { continue }; C.thing_free(k) } }")
    let lines = try body("f", program)
    #expect(lines.contains("$1, $2, $3 = next s.by"))
    #expect(lines.contains("k = $1"))
    #expect(lines.contains("call C.thing_free(k)"))
  }

  @Test func conversionsKeepTheirKind() throws {
    let program = try load(
      head
        + "func f(p *C.thing) unsafe.Pointer { u := uintptr(unsafe.Pointer(p)); q := (*C.other)(unsafe.Pointer(u)); return unsafe.Pointer(q) }"
    )
    let lines = try body("f", program)
    #expect(
      lines == [
        "$1 = convert pointer p", "$2 = convert pointerToInteger $1", "u = $2", "$4 = convert integerToPointer u",
        "$5 = convert pointer $4", "q = $5", "$7 = convert pointer q", "return $7",
      ])
  }

  @Test func countersAndUpdates() throws {
    let program = try load(head + "func f(p unsafe.Pointer) { id++; global[p] += 2 }")
    let lines = try body("f", program)
    #expect(
      lines == [
        "$1 = load global m.id", "$2 = counter", "store global m.id = $2", "$3 = global m.global[p]", "$4 = 2",
        "$5 = counter", "global m.global[p] = $5", "return",
      ])
  }

  @Test func theInsideOfAMapIsSeen() throws {
    let program = try load(
      head + "func f() { p := *(*unsafe.Pointer)(unsafe.Pointer(&global)); C.take(p) }")
    let lines = try body("f", program)
    #expect(lines.contains("$3 = map internals"))
  }

  @Test func closuresCaptureByReference() throws {
    let program = try load(
      head + "func f(s *S) { for k := range s.by { go func() { C.thing_free(k) }() } }", go: "1.21")
    let function = try #require(program.units[0].functions.first { program.symbols.name($0.symbol) == "m.f" })
    let variable = try #require(function.variables.first { program.symbols.name($0.name) == "k" })
    #expect(variable.isSharedByLoop)
    #expect(variable.isCaptured)
    let lines = try body("f.func1", program)
    #expect(
      lines == ["call C.thing_free(k)", "return"])
    let outer = try body("f", program)
    #expect(outer.contains("go call m.f.func1()"))
  }

  @Test func onlyOldFilesShareLoopVariables() throws {
    let program = try load(head + "func f(s *S) { for k := range s.by { _ = k } }", go: "1.22")
    let function = try #require(program.units[0].functions.first { program.symbols.name($0.symbol) == "m.f" })
    #expect(!function.variables.contains { $0.isSharedByLoop })
  }

  @Test func jumpsFindTheirTargets() throws {
    let program = try load(
      head
        + """
        func f(n int, s *S) int {
        outer:
          for i := 0; i < n; i++ {
            for {
              switch { case n == 0: continue outer; case i == 1: fallthrough; default: break outer }
            }
          }
          if n == 5 { goto end }
          panic("no")
        end:
          return 1
        }
        """)
    let function = try #require(program.units[0].functions.first { program.symbols.name($0.symbol) == "m.f" })
    #expect(FunctionInvariants.violation(function) == nil)
    let lines = try body("f", program)
    #expect(lines.contains("panic"))
    #expect(lines.contains { $0.hasPrefix("return") })
  }

  @Test func interfaceMethodsWithKnownBodies() throws {
    let program = try load(
      head
        + """
        type closer interface { Close() }
        func (s *S) Close() {}
        func f(c closer) { c.Close() }
        """)
    let implementations = program.units[0].implementations.map {
      (program.symbols.name($0.key), $0.value.map(program.symbols.name))
    }
    #expect(implementations.count == 1)
    #expect(implementations.first?.0 == "m.closer.Close")
    #expect(implementations.first?.1 == ["m.(*S).Close"])
  }

  @Test func declarationsAndSites() throws {
    let program = try load(head + "//export goDone\nfunc goDone(p unsafe.Pointer) { delete(global, p) }")
    let unit = program.units[0]
    #expect(
      unit.declarations.map { program.symbols.name($0.symbol) }
        == ["m.S.mu", "m.S.by", "m.S.all", "m.S.h", "m.global", "m.id"])
    #expect(unit.mapSites.map { program.symbols.name($0.owner) } == ["S", "global"])
    #expect(unit.mapSites.allSatisfy { unit.mapTypes[Int($0.mapType)].key.holdsCPointer })
    #expect(unit.functions.filter { $0.isExportedToC }.map { program.symbols.name($0.symbol) } == ["m.goDone"])
    #expect(program.foreignSources.isEmpty)
  }

  @Test func brokenSourceIsLoweredAsFarAsItGoes() throws {
    let text =
      head
      + "func f(s *S, k *C.thing) { x := unknown.Thing(s); x.y.z[3] = k; s.by[k] = x.q(; delete(s.by, k) }\nfunc g() {"
    for length in stride(from: 0, through: text.utf8.count, by: 3) {
      let program = try load(String(decoding: Array(text.utf8)[..<length], as: UTF8.self))
      for function in program.units.flatMap(\.functions) { #expect(FunctionInvariants.violation(function) == nil) }
    }
  }

  @Test func deepNestingEnds() throws {
    let text =
      "package m\nfunc f(a bool) { _ = " + String(repeating: "(!", count: 50_000) + "a"
      + String(repeating: ")", count: 50_000) + " }"
    _ = try load(text)
  }
}
