import Foundation
import Testing

@testable import GoFrontend

struct NameTableTests {
  @Test func equalNamesAreEqualAcrossFilesAndThreads() {
    let table = NameTable()
    let words = (0..<3_000).map { "name\($0 % 1_000)" }
    let text = "package p\nfunc f() {\n" + words.map { "\t\($0)()\n" }.joined() + "}\n"
    let results = Results()
    DispatchQueue.concurrentPerform(iterations: 8) { number in
      let tree = parse(text, names: table)
      let names = tree.nodes.filter { $0.kind == .identifier }.map { Name($0.a) }
      results.add(names)
    }
    #expect(results.all.count == 8)
    #expect(Set(results.all).count == 1)
    let calls = results.all[0].suffix(words.count)
    #expect(calls.map { table.string($0) } == words)
    #expect(Set(calls).count == 1_000)
    #expect(table.intern("name7") == calls[calls.startIndex + 7])
  }

  @Test func everyLengthAndAnyText() {
    let table = NameTable()
    var names: [Name: String] = [:]
    for length in 1...300 {
      for letter in ["a", "é", "_"] {
        let text = String(repeating: letter, count: length)
        let name = table.intern(text)
        #expect(names.updateValue(text, forKey: name) == nil)
        #expect(table.intern(text) == name)
        #expect(table.string(name) == text)
      }
    }
    #expect(table.string(Name(0)) == "")
  }

  /// What several threads add; under a lock.
  private final class Results: @unchecked Sendable {
    private let lock = NSLock()
    private var lists: [[Name]] = []

    func add(_ names: [Name]) { lock.withLock { lists.append(names) } }
    var all: [[Name]] { lock.withLock { lists } }
  }
}
