import CFrontend
import Foundation
import Testing

@testable import GoFrontend

@Suite struct IncludedHeadersTests {
  @Test(arguments: [
    ("#include \"a.h\"\n#include <b/c.h>", ["\"a.h", "<b/c.h"]), ("  # \t include\t\"a.h\"", ["\"a.h"]),
    ("#import <x.h>\n#include_next \"y.h\"", ["<x.h", "\"y.h"]),
    ("#if 0\n#include \"skipped.h\"\n#endif", ["\"skipped.h"]),
    ("#include MACRO\n#included \"a\"\n#define x\n#", []), ("#include \"open\n#include <z.h>", ["<z.h"]),
    ("#include", []),
    ("#include <", []), ("#include \"\"", ["\""]), ("", []), ("####include \"a\"", ["\"a"]),
  ])
  func names(text: String, expected: [String]) {
    let found = IncludedHeaders.includes(in: Array(text.utf8)).map { ($0.isQuoted ? "\"" : "<") + $0.name }
    #expect(found == expected)
  }

  /// Headers that two packages share are read once, and those that are not there stay so; a change of one changes the digest of whoever includes it.
  @Test func headersAreFollowedThroughOthers() throws {
    let tree = try SourceTree(["include/outer.h": "#include \"inner.h\"\n", "include/inner.h": "int x;\n"])
    func write(_ text: String, to name: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: tree.path(name)))
    }
    let options = ["-I", tree.root + "/include"]
    let one = CPackage.Source(path: tree.root + "/a.c", text: "#include <outer.h>\n", options: options)
    let other = CPackage.Source(path: tree.root + "/b/b.c", text: "#include <outer.h>\n", options: options)
    let files = HeaderFiles()
    let digest = IncludedHeaders.digest([one], files)
    #expect(IncludedHeaders.digest([other], files) == digest)
    #expect(IncludedHeaders.digest([one, other], files) == digest)
    #expect(files[tree.path("include/inner.h")]?.includes.isEmpty == true)
    #expect(files[tree.path("include/outer.h")]?.includes.map(\.name) == ["inner.h"])
    #expect(files[tree.root + "/outer.h"] == nil)
    try write("int y;\n", to: "include/inner.h")
    #expect(IncludedHeaders.digest([one], files) == digest)
    #expect(IncludedHeaders.digest([one], HeaderFiles()) != digest)
    try write("", to: "outer.h")
    let quoted = CPackage.Source(path: one.path, text: "#include \"outer.h\"\n", options: options)
    #expect(IncludedHeaders.digest([quoted], HeaderFiles()) != IncludedHeaders.digest([one], HeaderFiles()))
  }

  @Test func textIsFoundInBytes() {
    func finds(_ text: StaticString, _ bytes: String) -> Bool {
      Array(bytes.utf8).withUnsafeBytes { SourceBytes.contains(text, in: $0) }
    }
    #expect(finds("ab", "aab"))
    #expect(finds("ab", "ab"))
    #expect(!finds("ab", "a"))
    #expect(!finds("ab", "ba"))
    #expect(!finds("ab", ""))
    #expect(finds("", ""))
  }
}
