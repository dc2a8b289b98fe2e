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
}
