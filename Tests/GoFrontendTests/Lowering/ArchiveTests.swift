import Flow
import Foundation
import TestSupport
import Testing

@testable import GoFrontend

/// Units as bytes, and back.
@Suite struct ArchiveTests {
  private func units() throws -> GoProgram {
    let tree = try SourceTree([
      "go.mod": "module m\ngo 1.21\n",
      "a.go": """
      package m
      // typedef struct thing thing; void drop(thing *t);
      import "C"
      import ("errors"; "sync"; "unsafe"; "runtime/cgo"; "os")
      type S struct { mu sync.RWMutex; by map[*C.thing]*S; all sync.Map; h cgo.Handle }
      type I interface { M(int) error }
      var global = map[unsafe.Pointer]int{nil: -70000}
      var count uintptr
      //export cb
      func cb(p unsafe.Pointer) { global[p]++ }
      func init() { count = 1 << 40 }
      func (s *S) f(k *C.thing, i I, fs []func(), c chan int) (r int, err error) {
        s.mu.Lock()
        defer s.mu.Unlock()
        if v, ok := s.by[k]; ok && v != nil || count == 3 { C.drop(k); delete(s.by, k) }
        for k, v := range s.by { fs = append(fs, func() { _ = k; r++; v.mu.RLock(); v.mu.RUnlock() }) }
        switch { case r > 1: goto done; default: go cb(unsafe.Pointer(count)) }
        select { case c <- 1: case r = <-c: panic("x") }
        s.all.LoadOrStore(k, "text"); s.all.CompareAndDelete(k, uintptr(unsafe.Pointer(k))); s.all.LoadAndDelete(k)
        for _, f := range fs { f() }
        p := &s.by; *p = map[*C.thing]*S{}; clear(s.by); _ = len(s.by)
        if i.M(r) != nil { os.Exit(1) }
      done:
        return r, errors.New("no")
      }

      """, "b/b.go": "package b\nfunc g(m map[string]int) { m[\"a\"] = 1 }\n",
    ])
    var options = GoProgram.Options()
    options.root = tree.root
    return GoProgram.load(paths: [tree.root], options: options)
  }

  private func files(_ unit: Flow.Unit) -> [Int32] {
    Set(unit.functions.map(\.range.file) + unit.mapSites.map(\.range.file)).sorted()
  }

  private func bytes(_ unit: Flow.Unit, _ symbols: SymbolTable, _ files: [Int32]) -> [UInt8] {
    var writer = ArchiveWriter(symbols: symbols, files: files)
    writer.write(unit)
    return writer.bytes
  }

  @Test func unitsComeBackWhole() throws {
    let program = try units()
    #expect(program.units.count == 2)
    for unit in program.units {
      let files = files(unit)
      let archive = bytes(unit, program.symbols, files)
      let symbols = SymbolTable()
      for name in ["other", "names", "first"] { _ = symbols.intern(name) }
      // In another run the files have other numbers.
      let moved = files.map { $0 + 100 }
      var reader = ArchiveReader(archive, symbols: symbols, files: moved)
      let read = reader.unit()
      #expect(reader.isComplete)
      #expect(read.functions.map { $0.dump(symbols) } == unit.functions.map { $0.dump(program.symbols) })
      #expect(read.functions.map(\.range.file) == unit.functions.map { $0.range.file + 100 })
      #expect(
        read.declarations.map { symbols.name($0.symbol) } == unit.declarations.map { program.symbols.name($0.symbol) })
      #expect(read.mapTypes.count == unit.mapTypes.count && read.mapSites.count == unit.mapSites.count)
      #expect(bytes(read, symbols, moved) == archive)
    }
  }

  /// A property that is new in the intermediate form has to be written and read as well, or runs after an edit see its default: add it there, then here.
  @Test func everyPropertyIsKnown() throws {
    func names(_ value: Any) -> [String] { Mirror(reflecting: value).children.compactMap(\.label) }
    let type = ValueType.unknown
    let range = SourceRange.none
    let variable = VariableID(rawValue: 0)
    #expect(
      names(type) == [
        "class", "name", "cType", "holdsCPointer", "holdsIntegerAddress", "mapType", "pointsToMap", "unhashable",
      ])
    #expect(names(MapType(key: type, value: type)) == ["key", "value", "isSynchronized", "keyCanBeUnhashable"])
    #expect(
      names(Flow.Unit(name: .empty)) == [
        "name", "functions", "declarations", "mapTypes", "mapSites", "implementations",
        // Only Swift has these two, and its units are not kept.
        "finalizers", "hashedState",
        // These three are found anew in each run.
        "foreignFunctions", "foreignHeaders", "startsForeignThreads",
      ])
    #expect(
      names(
        Flow.Unit.Declaration(
          symbol: .empty, displayName: .empty, type: type, range: range, isField: true, isInitialized: true))
        // The last one is said of Swift only.
        == ["symbol", "displayName", "type", "range", "isField", "isInitialized", "isLock"])
    #expect(names(Flow.Unit.MapSite(range: range, mapType: 0, owner: .empty)) == ["range", "mapType", "owner"])
    let function = Flow.Function(symbol: .empty, displayName: .empty, range: range, language: .go)
    #expect(
      names(function) == [
        "symbol", "displayName", "range", "language", "isExportedToC", "isTest", "isInitializer", "parent", "body",
      ])
    let body = try #require(Mirror(reflecting: function).descendant("body"))
    #expect(
      names(body) == [
        "captures", "parameters", "namedResults", "resultTypes", "variables", "paths", "calls",
        // Swift only.
        "constructions", "lentParameters",
        "blocks",
      ])
    #expect(names(Variable(type: type)) == ["name", "type", "range", "isSharedByLoop", "isCaptured"])
    #expect(names(Capture(outer: variable, inner: variable)) == ["outer", "inner"])
    #expect(names(MemoryPath(.variable(variable))) == ["root", "fields"])
    #expect(
      names(Call(.value(variable), arguments: [], argumentRanges: [], results: []))
        == ["callee", "mode", "arguments", "argumentRanges", "results"])
    #expect(
      names(MapAccess(.count, map: PathID(rawValue: 0), mapType: 0)) == [
        "kind", "map", "mapType", "key", "value", "found", "isConditional", "mapRange", "keyRange",
      ])
    #expect(names(Block()) == ["instructions", "terminator", "terminatorRange"])
    #expect(
      names(Instruction(.use(variable), range: range, statement: range)) == ["operation", "range", "statement"])
    #expect(names(Condition(.unknown)) == ["kind", "isNegated"])
    #expect(names(range) == ["file", "start", "end"])
  }

  @Test func brokenBytesNeverCrash() throws {
    let program = try units()
    let unit = program.units[0]
    let archive = bytes(unit, program.symbols, files(unit))
    var random = SeededRandom()
    func next(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    for round in 0..<400 {
      var broken = archive
      if round % 4 == 0 { broken.removeLast(next(broken.count)) }
      for _ in 0..<(1 + next(4)) where !broken.isEmpty { broken[next(broken.count)] = UInt8(next(256)) }
      var reader = ArchiveReader(broken, symbols: SymbolTable(), files: files(unit))
      _ = reader.unit()
      if broken.count < archive.count / 2 { #expect(!reader.isComplete, "seed \(random.seed)") }
    }
  }
}
