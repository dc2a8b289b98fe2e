import Testing

@testable import GoFrontend

struct FileHeaderTests {
  private func scan(_ text: String) -> FileHeader {
    let source = SourceBytes(Array(text.utf8))
    return FileHeader.scan(source.bytes)
  }

  @Test func readsPackageAndImports() {
    let header = scan(
      """
      // Package a does things.
      package /* here */ a; import "fmt"
      import ( m "math"; . "strings"
        _ `embed` // raw
      )
      import "os"
      func f() { import "no" }
      """)
    #expect(header.packageName == "a")
    #expect(header.imports.map(\.path) == ["fmt", "math", "strings", "embed", "os"])
    #expect(header.imports.map(\.name) == ["", "m", ".", "_", ""])
    #expect(header.problem == nil)
  }

  @Test func documentationIsWhatStandsDirectlyAbove() {
    let apart = scan("package a\n\n// int x;\n\nimport \"C\"\n")
    #expect(apart.imports[0].documentation.isEmpty)
    let above = scan("package a\n\n// gone\n\n// int x;\n/* int y;\n */\nimport \"C\"\n")
    #expect(above.imports[0].documentation.map(\.line) == [5, 6])
    let group = scan("package a\n// int x;\nimport (\n\"C\"\n)\n")
    #expect(group.imports[0].documentation.count == 1)
    let inner = scan("package a\nimport (\n\t\"fmt\"\n\t// int x;\n\t\"C\"\n)\n")
    #expect(inner.imports[1].documentation.count == 1)
  }

  @Test func preambleKeepsLinesAndTakesDirectives() {
    let text = """
      package a

      /*
      #cgo CFLAGS: -DX="a b" -I${SRCDIR}/include
      #cgo windows LDFLAGS: -lw
      #cgo linux,cgo !amd64 LDFLAGS: -ll
      #include <stdlib.h>
      static void f(void) {}
      */
      // int z;
      import "C"
      """
    let source = SourceBytes(Array(text.utf8))
    let file = GoSourceFile(
      number: 7, path: "/x/a.go", reportedPath: "a.go", source: source, header: FileHeader.scan(source.bytes),
      version: .newest, isTest: false, isSelected: true)
    let preambles = CgoPreamble.read(
      file, context: BuildContext(operatingSystem: "linux", architecture: "amd64"))
    #expect(preambles.count == 1)
    #expect(preambles[0].line == 3)
    #expect(
      preambles[0].text == "\n\n\n\n#include <stdlib.h>\nstatic void f(void) {}\n\n int z;\n")
    #expect(preambles[0].options["CFLAGS"] == ["-DX=a b", "-I/x/include"])
    #expect(preambles[0].options["LDFLAGS"] == ["-ll"])
  }

  @Test(arguments: [
    "", "\u{0}", "package", "package a; import", "package a\nimport (", "package a\nimport \"x", "/*", "import \"x\"",
    "package a\nimport (x y z)", "\u{FEFF}package a", "package a\nimport `x", "//go:build (((\npackage a",
  ])
  func brokenHeadsNeverCrash(_ text: String) {
    _ = scan(text)
  }

  @Test func everyCutOfAHeadIsRead() {
    let text = Array(
      "//go:build linux && !cgo\n// +build a\n\n/* x */ package a\n\n/*\nint f;\n*/\nimport (\n\"C\"\n)\n".utf8)
    for length in 0...text.count {
      let source = SourceBytes(text[..<length])
      _ = FileHeader.scan(source.bytes)
    }
  }
}
