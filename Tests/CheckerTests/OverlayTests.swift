import Findings
import Testing

@testable import Checker

/// Contents that an editor holds, in place of those on disk.
@Suite struct OverlayTests {
  private static let faulty = """
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

    """
  private static let safe = faulty.replacing("\tC.free", with: "\tdelete(names, k)\n\tC.free")

  private let folder: TemporaryFolder
  private var options = CheckOptions()

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("module example.com/a\n\ngo 1.24\n", to: "go.mod")
    options.root = folder.path
    options.paths = [folder.path]
    options.cacheFolder = folder.path + "/.cache"
  }

  private func rules(_ overlay: [String: String] = [:]) -> [String] {
    var options = options
    options.overlay = SourceOverlay(
      Dictionary(uniqueKeysWithValues: overlay.map { (folder.path + "/" + $0.key, Array($0.value.utf8)) }))
    return Checker(options: options).run().open.map(\.rule)
  }

  @Test func theOverlayCountsAndTheCacheKeepsApart() throws {
    try folder.write(Self.safe, to: "a.go")
    for _ in 0..<2 {
      #expect(rules() == [])
      #expect(rules(["a.go": Self.faulty]) == ["BM002"])
    }
    // Saved, and edited back.
    try folder.write(Self.faulty, to: "a.go")
    #expect(rules() == ["BM002"])
    #expect(rules(["a.go": Self.safe]) == [])
  }

  @Test func filesThatOnlyTheOverlayHas() throws {
    #expect(rules() == [])
    #expect(rules(["a.go": Self.faulty]) == ["BM002"])
    try folder.write("package a\n", to: "b.go")
    #expect(rules(["a.go": Self.faulty]) == ["BM002"])
  }

  @Test func commentsOfTheOverlaySilence() throws {
    try folder.write(Self.faulty, to: "a.go")
    let text = Self.faulty.replacing("\tC.free", with: "\t// belay:ignore BM002 for a test\n\tC.free")
    #expect(rules(["a.go": text]) == [])
  }

  @Test func cFilesOfTheOverlayAreRead() throws {
    try folder.write(
      """
      package a

      // void drop(char *p);
      // #include <stdlib.h>
      import "C"

      var names = map[string]*C.char{}

      func Put(k string) {
      \tp := C.CString(k)
      \tnames[k] = p
      \tC.drop(p)
      }

      """, to: "a.go")
    try folder.write("void drop(char *p) {}\n", to: "a.c")
    #expect(!rules().contains("BM002"))
    #expect(rules(["a.c": "#include <stdlib.h>\nvoid drop(char *p) { free(p); }\n"]).contains("BM002"))
  }

  @Test func aCancelledCheckHasNoReport() throws {
    try folder.write(Self.faulty, to: "a.go")
    #expect(Checker(options: options).run(isCancelled: { true }) == nil)
    var asked = 0
    let late = Checker(options: options).run(isCancelled: {
      asked += 1
      return asked == 3
    })
    #expect(late == nil && asked == 3)
    #expect(rules() == ["BM002"])
  }
}
