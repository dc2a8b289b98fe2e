import Findings
import Foundation
import Testing

@testable import Checker

/// After an edit only what can see it is lowered again, and the findings are those of a run without a cache.
@Suite struct PackageCacheTests {
  private let folder: TemporaryFolder
  private let cache: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    cache = try TemporaryFolder()
    try folder.write("module example.com/a\n\ngo 1.24\n", to: "go.mod")
    try writeLow("if p == nil { C.free(p) }", signature: "Drop(p unsafe.Pointer)")
    try folder.write(
      """
      package high

      // #include <stdlib.h>
      import "C"
      import (
      \t"example.com/a/low"
      \t"unsafe"
      )

      type Store interface{ Get(k string) *C.char }
      type store struct{ names map[string]*C.char }

      func (s *store) Get(k string) *C.char { return s.names[k] }

      var names = map[string]*C.char{}
      var all Store = &store{}

      func init() { names["x"] = nil }

      func Put(k string) {
      \tp := C.CString(k)
      \tnames[k] = p
      \tlow.Drop(unsafe.Pointer(p))
      \tgo func() { switch v := any(k).(type) { case string: delete(names, v) } }()
      \tfor k, v := range names { if v == all.Get(k) { clear(names) } }
      }

      """, to: "high/high.go")
    try folder.write("package other\n\nvar seen = map[uintptr]int{}\n\nfunc f() { seen[1]++ }\n", to: "other/other.go")
  }

  private func writeLow(_ body: String, signature: String, extra: String = "") throws {
    try folder.write(
      "package low\n\n// #include <stdlib.h>\nimport \"C\"\nimport \"unsafe\"\n\n\(extra)func \(signature) { \(body) }\n",
      to: "low/low.go")
  }

  private func run(cached: Bool = true) -> Report {
    var options = CheckOptions()
    options.paths = [folder.path]
    options.root = folder.path
    options.cacheFolder = cached ? cache.path : nil
    return Checker(options: options).run()
  }

  /// How many packages came from the cache.
  private func runAgain() -> Int {
    let warm = run()
    let cold = run(cached: false)
    #expect(warm.findings == cold.findings && warm.diagnostics == cold.diagnostics)
    #expect(warm.statistics.functions == cold.statistics.functions && warm.statistics.lines == cold.statistics.lines)
    return warm.statistics.cachedPackages
  }

  @Test func aBodyChangesOnlyItsOwnPackage() throws {
    #expect(!run().open.map(\.rule).contains("BM002"))
    try writeLow("C.free(p)", signature: "Drop(p unsafe.Pointer)")
    #expect(runAgain() == 2)
    #expect(run().open.map(\.rule).contains("BM002"))
    try writeLow("// a comment\n C.free(p)", signature: "Drop(p unsafe.Pointer)", extra: "// Drop ends it.\n")
    #expect(runAgain() == 2)
  }

  @Test func aDeclarationChangesThoseThatSeeIt() throws {
    _ = run()
    try writeLow("", signature: "Drop(p unsafe.Pointer, more ...int)")
    #expect(runAgain() == 1)
    try writeLow("", signature: "Drop(p unsafe.Pointer, more ...int)", extra: "const Size = 4\n")
    #expect(runAgain() == 1)
    // The C code of a package says what its types are.
    try folder.write("typedef int thing;\n", to: "low/low.h")
    #expect(runAgain() == 1)
    try folder.write("package other\n\nvar seen = map[uintptr]string{}\n", to: "other/other.go")
    #expect(runAgain() == 2)
  }

  @Test func filesComeAndGo() throws {
    _ = run()
    try folder.write("package a\n\nfunc init() {}\n", to: "a.go")
    #expect(runAgain() == 3)
    try folder.write("package other\n\nimport _ \"example.com/a/low\"\n\nfunc g() { f() }\n", to: "other/a.go")
    #expect(runAgain() == 3)
    try FileManager.default.removeItem(atPath: folder.path + "/other/a.go")
    #expect(runAgain() == 4)
  }

  /// A file that does not parse is parsed in each run, so that each run says so.
  @Test func diagnosticsAreSaidAgain() throws {
    try folder.write("package other\n\nfunc g() { f( }\n", to: "other/b.go")
    let first = run()
    #expect(!first.diagnostics.isEmpty)
    try folder.write("package a\n", to: "a.go")
    #expect(runAgain() == 2)
    #expect(run().diagnostics == first.diagnostics)
  }

  @Test func brokenEntriesArePassedOver() throws {
    let first = run()
    let all = FileManager.default.enumerator(atPath: cache.path)?.compactMap { $0 as? String } ?? []
    let units = all.filter { $0.contains("/units/") }
    #expect(units.count == 3)
    try FileManager.default.removeItem(atPath: cache.path + "/results")
    for (number, name) in units.enumerated() {
      var bytes = try Data(contentsOf: URL(fileURLWithPath: "\(cache.path)/\(name)"))
      switch number {
      case 0: bytes = Data()
      case 1: bytes[bytes.count / 2] ^= 0x10
      default: bytes.removeLast(3)
      }
      try bytes.write(to: URL(fileURLWithPath: "\(cache.path)/\(name)"))
    }
    for name in all where name.hasSuffix("/shapes") { try cache.write("broken", to: name) }
    let again = run()
    #expect(again.statistics.cachedPackages == 0 && again.findings == first.findings)
  }
}
