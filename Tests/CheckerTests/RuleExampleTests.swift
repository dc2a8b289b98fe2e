import Checker
import Foundation
import Testing

/// Runs every example in `Rules/BMnnn.txtar` through the real pipeline.
@Suite struct RuleExampleTests {
  private static let folder = (#filePath as NSString).deletingLastPathComponent

  /// The examples in Go, and those in Swift.
  @Test(arguments: ["Rules", "SwiftRules"])
  func everyExampleIsMet(in name: String) throws {
    let folder = "\(Self.folder)/\(name)"
    let archives = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".txtar") }
      .sorted()
    var table = "\(name)\nrule    faulty  found  recall   safe  false positives\n"
    var unusedMisses = Set(KnownMisses.reasons.keys.filter { $0.contains("/swift-") == (name == "SwiftRules") })
    for archive in archives {
      let rule = String(archive.dropLast(6))
      guard Checker.rules.contains(where: { $0.id == rule }) else {
        Issue.record("\(archive) is about no rule of the checker")
        continue
      }
      let text = String(
        decoding: try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(archive)")), as: UTF8.self)
      var faulty = 0
      var found = 0
      var safe = 0
      var falsePositives = 0
      for example in try RuleExample.read(text, rule: rule) {
        let outcome: RuleExample.Outcome
        do {
          outcome = try example.check()
        } catch {
          Issue.record(error)
          continue
        }
        if example.isFaulty {
          faulty += 1
          if outcome.missed.isEmpty { found += 1 }
        } else {
          safe += 1
        }
        if !outcome.invented.isEmpty { falsePositives += 1 }
        let isKnown = unusedMisses.remove(example.id) != nil
        if outcome.isMet, isKnown {
          Issue.record("\(example.id) is met now: take it off the list of known misses")
        } else if !outcome.isMet, !isKnown {
          Issue.record("\(example.id): missed \(outcome.missed), invented \(outcome.invented)")
        }
      }
      let recall = faulty == 0 ? "-" : "\(found * 100 / faulty) %"
      let cells = [(rule, 8), ("\(faulty)", 8), ("\(found)", 7), (recall, 9), ("\(safe)", 6), ("\(falsePositives)", 0)]
      table += cells.map { $0.padding(toLength: max($1, $0.count), withPad: " ", startingAt: 0) }.joined() + "\n"
    }
    for id in unusedMisses.sorted() { Issue.record("the list of known misses names \(id), which does not exist") }
    let without = Checker.rules.map(\.id).filter { !archives.contains("\($0).txtar") }
    if !without.isEmpty { table += "no examples: \(without.joined(separator: " "))\n" }
    print(table)
  }

  @Test func archivesAreReadAsWritten() throws {
    let examples = try RuleExample.read(
      """
      about the rule
      -- faulty/01-one/a.go --
      package a
      f() // want BM001, BM002
      -- faulty/01-one/b.h --
      int x;
      -- safe/01-two/a.go --
      package a
      g() // want BM002

      """, rule: "BM001")
    #expect(examples.map(\.id) == ["BM001/faulty/01-one", "BM001/safe/01-two"])
    #expect(examples[0].files.map(\.name) == ["a.go", "b.h"])
    #expect(examples[0].files[0].text == "package a\nf() \n")
    #expect(examples[0].files[1].text == "int x;\n")
    #expect(examples[0].wanted.sorted().map(\.description) == ["BM001 at a.go:2", "BM002 at a.go:2"])
  }

  @Test(arguments: [
    "-- other/01-x/a.go --\n", "-- a.go --\n", "-- faulty/01-x/a.go --\npackage a\n",
    "-- safe/01-x/a.go --\nf() // want BM001\n",
    "-- safe/1/a.go --\n-- safe/2/a.go --\n-- safe/1/b.go --\n",
  ])
  func malformedArchivesAreRefused(text: String) {
    #expect(throws: RuleExample.Malformed.self) { try RuleExample.read(text, rule: "BM001") }
  }

  /// What the runner says of an example that claims the wrong thing.
  @Test func unmetExamplesAreNoticed() throws {
    let go = """
      package a
      // #include <stdlib.h>
      import "C"
      import "unsafe"

      var names = map[string]*C.char{}

      func Put(k string) {
      \tp := C.CString(k)
      \tnames[k] = p
      \tC.free(unsafe.Pointer(p))
      \tC.puts(names[k])
      }

      """
    let example = RuleExample(
      rule: "BM001", name: "safe/x", files: [.init(name: "a.go", text: go)],
      wanted: [.init(file: "a.go", line: 1, rule: "BM001")])
    let outcome = try example.check()
    #expect(outcome.missed.map(\.line) == [1])
    #expect(outcome.invented.map(\.line) == [12])
  }

  /// Fields of structs without a name are named with the variable that is the struct: `m` alone says nothing.
  @Test func fieldsOfUnnamedStructsAreNamedWithTheirVariable() throws {
    let text = try String(
      decoding: Data(contentsOf: URL(fileURLWithPath: Self.folder + "/Rules/BM013.txtar")), as: UTF8.self)
    let example = try #require(
      try RuleExample.read(text, rule: "BM013").first { $0.name == "faulty/16-two-structs-without-a-name" })
    #expect(try example.findings().map(\.message) == ["`dead.m` is written without `dead.mu`, which is held elsewhere"])
  }
}
