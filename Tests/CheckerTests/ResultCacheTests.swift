import Findings
import Flow
import Foundation
import Logging
import Testing

@testable import Checker

@Suite struct ResultCacheTests {
  private let folder: TemporaryFolder
  private let cache: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    cache = try TemporaryFolder()
    try folder.write("module example.com/a\n\ngo 1.24\n", to: "go.mod")
    try folder.write(
      """
      package a

      // #include <stdlib.h>
      import "C"
      import "unsafe"

      var names = map[string]*C.char{}

      func Put(k string) {
      \tp := C.CString(k)
      \tnames[k] = p
      \tC.free(unsafe.Pointer(p))
      }

      """, to: "a.go")
  }

  private func run(_ change: (inout CheckOptions) -> Void = { _ in }) -> Report {
    var options = CheckOptions()
    options.paths = [folder.path]
    options.root = folder.path
    options.cacheFolder = cache.path
    change(&options)
    var wasAnalysed = false
    let report = Checker(options: options).run { if $0 == "analysing" { wasAnalysed = true } }
    last.isCached = !wasAnalysed
    return report
  }

  private let last = LastRun()

  /// Whether the last run took its whole report from the cache.
  private func isCached(_ report: Report) -> Bool { last.isCached }

  private final class LastRun {
    var isCached = false
  }

  private func entries() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: cache.path + "/results").map { cache.path + "/results/" + $0 }
  }

  @Test func theSecondRunSaysTheSame() throws {
    let cold = run()
    #expect(!isCached(cold) && cold.open.map(\.rule).contains("BM002"))
    let warm = run()
    #expect(isCached(warm))
    #expect(warm.findings == cold.findings && warm.rules == cold.rules && warm.diagnostics == cold.diagnostics)
    #expect(try entries().count == 1)
  }

  @Test func whateverMattersMakesARunOfItsOwn() throws {
    _ = run()
    #expect(!isCached(run { $0.onlyRules = ["BM001"] }))
    #expect(!isCached(run { $0.configuration.rules["BM002"] = .severity(.green) }))
    #expect(!isCached(run { $0.configuration.rules["BM002"] = .off }))
    #expect(!isCached(run { $0.context = .init(operatingSystem: "plan9") }))
    #expect(!isCached(run { $0.context = .init(tags: ["a", "b", "c"]) }))
    #expect(isCached(run { $0.context = .init(tags: ["c", "b", "a"]) }))
    #expect(!isCached(run { $0.shard = Shard("1/2") }))
    #expect(!isCached(run { $0.paths = [$0.root + "/a.go"] }))
    #expect(isCached(run()))
    try folder.write("module example.com/a\n\ngo 1.21\n", to: "go.mod")
    #expect(!isCached(run()))
    try folder.write("package a\n", to: "b.go")
    #expect(!isCached(run()))
    try folder.write("#include <stdlib.h>\n", to: "c.h")
    #expect(!isCached(run()))
    try folder.write("#include <string.h>\n", to: "c.h")
    #expect(!isCached(run()))
    #expect(isCached(run()))
  }

  /// A header that lies elsewhere in the project decides what C functions do: an old answer would hide the fault.
  @Test(arguments: [
    ("#cgo CFLAGS: -I${SRCDIR}/../inc", "#include \"x.h\""), ("#cgo CFLAGS: -I ${SRCDIR}/../inc", "#include <x.h>"),
    ("", "#  include \"../inc/x.h\""), ("", "#include \"../inc/outer.h\""),
  ])
  func headersElsewhere(flags: String, include: String) throws {
    try folder.write("package a\n", to: "a.go")
    try folder.write("#include \"x.h\"\n", to: "inc/outer.h")
    let header =
      "#include <stdlib.h>\ntypedef struct item { int x; } item;\nstatic inline item *make_it(void) { return malloc(4); }\n"
    try folder.write(header + "static inline void drop_it(item *p) { (void)p; }\n", to: "inc/x.h")
    try folder.write(
      "package p\n\n// \(flags)\n// \(include)\nimport \"C\"\n\nvar names = map[string]*C.item{}\n\nfunc Put(k string) {\n\tp := C.make_it()\n\tnames[k] = p\n\tC.drop_it(p)\n}\n",
      to: "p/p.go")
    #expect(!run().open.map(\.rule).contains("BM002"))
    #expect(isCached(run()))
    try folder.write(header + "static inline void drop_it(item *p) { free(p); }\n", to: "inc/x.h")
    let changed = run()
    #expect(!isCached(changed) && changed.open.map(\.rule).contains("BM002"))
    #expect(isCached(run()))
  }

  /// What the configuration says of a C function changes what the C code that calls it does.
  @Test func configuredFunctionsReachIntoC() throws {
    try folder.write(
      """
      package a

      // #include <stdlib.h>
      // typedef struct item item;
      // extern item *obtain(void);
      // extern void giveback(item *p);
      // static void drop(item *p) { giveback(p); }
      import "C"

      var names = map[string]*C.item{}

      func Put(k string) {
      \tp := C.obtain()
      \tnames[k] = p
      \tC.drop(p)
      }

      """, to: "a.go")
    #expect(!run().open.map(\.rule).contains("BM002"))
    let functions = [
      try ForeignFunction(name: "obtain", notation: "allocates by giveback", confidence: .model),
      try ForeignFunction(name: "giveback", notation: "frees 0", confidence: .model),
    ]
    #expect(run { $0.configuration.functions = functions }.open.map(\.rule).contains("BM002"))
    #expect(!run().open.map(\.rule).contains("BM002"))
  }

  @Test func brokenEntriesArePassedOverAndWrittenAnew() throws {
    let cold = run()
    let whole = try Data(contentsOf: URL(fileURLWithPath: try entries()[0]))
    let broken = [
      Data(), Data("{}".utf8), Data("null".utf8), whole.prefix(whole.count / 2), Data([0xFF, 0xFE, 0x00]),
      Data(String(repeating: "[", count: 100_000).utf8),
    ]
    for content in broken {
      try content.write(to: URL(fileURLWithPath: try entries()[0]))
      let again = run()
      #expect(!isCached(again) && again.findings == cold.findings)
      #expect(isCached(run()))
    }
    // Every file of the cache, those of C code among them.
    let all = FileManager.default.enumerator(atPath: cache.path)?.compactMap { $0 as? String } ?? []
    for name in all where name.hasSuffix(".json") { try cache.write("broken", to: name) }
    #expect(run().findings == cold.findings)
  }

  @Test func aCacheThatCannotBeWrittenCostsNothing() throws {
    try cache.write("a file", to: "occupied")
    let report = run { $0.cacheFolder = cache.path + "/occupied" }
    #expect(report.open.map(\.rule).contains("BM002"))
  }

  @Test func theOldestEntriesGoFirst() throws {
    for (index, name) in ["new", "old", "older"].enumerated() {
      let path = try cache.write(String(repeating: "x", count: 100), to: name)
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -Double(index) * 1000)], ofItemAtPath: path)
    }
    ResultCache.prune(cache.path, maximumBytes: 250)
    #expect(try FileManager.default.contentsOfDirectory(atPath: cache.path).sorted() == ["new", "old"])
    ResultCache.prune(cache.path, maximumBytes: 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: cache.path) == [])
    ResultCache.prune(cache.path + "/nothing", maximumBytes: 0)
  }

  @Test func theFolderFollowsTheUsersSettings() {
    #expect(ResultCache.defaultFolder(environment: ["XDG_CACHE_HOME": "/x", "HOME": "/h"]) == "/x/belay")
    // The standard says that a relative path is to be ignored.
    #expect(ResultCache.defaultFolder(environment: ["XDG_CACHE_HOME": "x", "HOME": "/h"])?.hasPrefix("/h/") == true)
    #expect(ResultCache.defaultFolder(environment: [:]) == nil)
  }
}
