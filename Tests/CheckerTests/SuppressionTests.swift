import Findings
import Testing

@testable import Checker

@Suite struct SuppressionTests {
  @Test(arguments: [
    ("// belay:ignore BM001 because", ["BM001"], "because"),
    ("//belay:ignore BM001,BM002 two reasons", ["BM001", "BM002"], "two reasons"),
    ("// belay:ignore BM001, BM002 ,BM003\tbecause of  tabs ", ["BM001", "BM002", "BM003"], "because of  tabs"),
    ("/* belay:ignore BM001 — a dash */", ["BM001"], "a dash"),
    ("// belay:ignore BM001: a colon", ["BM001"], "a colon"),
    ("// belay:ignore", [], ""), ("// belay:ignore BM001 \t", ["BM001"], ""),
    ("// belay:ignore BM001 -", ["BM001"], ""),
    ("// belay:ignore ,,", [], ""), ("/*\nbelay:ignore\nBM001\nlines*/", ["BM001"], "lines"),
  ])
  func directives(comment: String, rules: [String], reason: String) throws {
    let directive = try #require(Directive(comment: comment))
    #expect(directive.rules == rules)
    #expect(directive.reason == reason)
  }

  @Test(arguments: ["// belay:ignored BM001", "// about belay:ignore", "// belay:other", "//", "/**/"])
  func otherComments(comment: String) { #expect(Directive(comment: comment) == nil) }

  /// Checks a file that frees what stays in a map on line 12, with lines put in its place.
  private func check(_ lines: String, only: Set<String>? = nil, configuration: Configuration = .init()) throws
    -> [String]
  {
    let folder = try TemporaryFolder()
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
      \(lines)
      }

      """, to: "a.go")
    var options = CheckOptions()
    options.paths = [folder.path]
    options.root = folder.path
    options.onlyRules = only ?? Set(Checker.rules.map(\.id))
    options.configuration = configuration
    let report = Checker(options: options).run()
    #expect(report.diagnostics == [])
    return report.findings.filter { $0.rule == "BM002" || $0.rule == "BM021" }.map { finding in
      let state: String
      switch finding.suppression {
      case .comment(let reason): state = "ignored (\(reason))"
      case .baseline: state = "known"
      case nil: state = finding.rule == "BM021" ? finding.message : "open"
      }
      return "\(finding.place.line) \(finding.rule) \(finding.severity): \(state)"
    }
  }

  private let free = "\tC.free(unsafe.Pointer(p))"

  @Test func aFaultIsOpen() throws { #expect(try check(free) == ["12 BM002 red: open"]) }

  @Test func onTheSameLine() throws {
    #expect(
      try check(free + " // belay:ignore BM002 the map is private") == ["12 BM002 red: ignored (the map is private)"])
    #expect(try check(free + " // belay:ignore freed-while-mapped by name") == ["12 BM002 red: ignored (by name)"])
    #expect(
      try check("/* belay:ignore BM002 in front */ C.free(unsafe.Pointer(p))") == ["12 BM002 red: ignored (in front)"])
  }

  @Test func onTheLineAbove() throws {
    #expect(try check("\t// belay:ignore BM002 above\n" + free) == ["13 BM002 red: ignored (above)"])
    #expect(
      try check("\t// belay:ignore BM002 above\n\t// belay:ignore BM001 other\n" + free) == [
        "13 BM021 green: belay:ignore BM001 suppresses nothing", "14 BM002 red: ignored (above)",
      ])
  }

  @Test func aReasonIsWanted() throws {
    #expect(
      try check(free + " // belay:ignore BM002") == [
        "12 BM002 red: ignored ()", "12 BM021 green: belay:ignore BM002 gives no reason",
      ])
  }

  @Test func unusedAndUnknown() throws {
    #expect(
      try check("\t// belay:ignore BM002 too far up\n\n" + free) == [
        "12 BM021 green: belay:ignore BM002 suppresses nothing", "14 BM002 red: open",
      ])
    #expect(
      try check(free + " // belay:ignore BM0002 typo") == [
        "12 BM002 red: open", "12 BM021 green: belay:ignore names 'BM0002', which is no rule, did you mean 'BM002'?",
      ])
    #expect(try check(free + " // belay:ignore").last?.contains("names no rule") == true)
  }

  @Test func anUnusedCommentIsJudgedOnlyWhenItsRuleRan() throws {
    let unused = "\t_ = p // belay:ignore BM001,BM002 later"
    #expect(try check(unused, only: ["BM021", "BM001"]) == [])
    #expect(try check(unused, only: ["BM001", "BM002"]) == [])
    #expect(try check(unused, only: ["BM021", "BM001", "BM002"]).count == 1)
  }

  @Test func theConfigurationSetsItsSeverityToo() throws {
    var configuration = Configuration()
    configuration.rules = ["BM021": .severity(.yellow), "BM002": .severity(.green)]
    #expect(
      try check(free + " // belay:ignore BM002", configuration: configuration) == [
        "12 BM002 green: ignored ()", "12 BM021 yellow: belay:ignore BM002 gives no reason",
      ])
  }
}
