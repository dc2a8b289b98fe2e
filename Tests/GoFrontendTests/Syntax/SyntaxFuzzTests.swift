import Foundation
import TestSupport
import Testing

@testable import GoFrontend

/// Sound files, cut and mutated at random: whatever comes out, the numbers in the tree are in order. `BELAY_TEST_SEED` repeats a run,
/// `BELAY_TEST_SECONDS` makes it longer.
struct SyntaxFuzzTests {
  /// A file with every form of Go.
  static let sample: [UInt8] = {
    var text = "// Package p\npackage p\n\nimport ( . \"a\"; b \"c\" )\n"
    text += ExpressionSyntaxTests.cases.map { "var _ = \($0.source)\n" }.joined()
    text += TypeSyntaxTests.cases.map { "var _ \($0.source)\n" }.joined()
    text += DeclarationSyntaxTests.cases.filter { !$0.source.hasPrefix("import") }.map { "\($0.source)\n" }.joined()
    text += StatementSyntaxTests.cases.map { "func _() {\n\t\($0.source) // é\n}\n" }.joined()
    return Array(text.utf8)
  }()

  @Test func sampleIsSound() {
    let tree = parse(bytes: Self.sample)
    #expect(tree.diagnostics.isEmpty, "\(tree.diagnostics)")
    #expect(faults(in: tree).isEmpty)
  }

  @Test func truncation() {
    // Every start of a file that a failed write may leave behind. Prime steps meet all forms without costing a second.
    let names = NameTable()
    for count in stride(from: 0, to: Self.sample.count, by: 61) {
      let found = faults(in: parse(bytes: Array(Self.sample[..<count]), names: names))
      #expect(found.isEmpty, "the first \(count) bytes: \(found)")
    }
    // Every cut within a piece of the sample.
    for start in stride(from: 0, to: Self.sample.count, by: 4_001) {
      for end in start..<min(start + 60, Self.sample.count) {
        let found = faults(in: parse(bytes: Array("package p\n".utf8) + Self.sample[start..<end], names: names))
        #expect(found.isEmpty, "bytes \(start)..<\(end): \(found)")
      }
    }
  }

  @Test func mutation() {
    let seed = ProcessInfo.processInfo.environment["BELAY_TEST_SEED"].flatMap(UInt64.init) ?? .random(in: 0...(.max))
    print("seed \(seed)")
    let duration = Duration.seconds(ProcessInfo.processInfo.environment["BELAY_TEST_SECONDS"].flatMap(Int.init) ?? 2)
    var random = SeededRandom(seed: seed)
    let names = NameTable()
    let pieces = [
      "(", ")", "{", "}", "[", "]", ",", ";", ":", ":=", "=", "...", ".", "<-", "*", "~", "|", "func", "type", "case",
      "range", "chan",
      "\n", "\n}\n", "\nfunc f() {", "`", "\"", "'", "/*", "*/", "//", "0x", "1e", "\u{0}", "\\", "else", "struct{",
      "interface{", "é", "default",
    ].map { Array($0.utf8) }
    let limit = ContinuousClock.now + duration
    var rounds = 0
    while ContinuousClock.now < limit {
      rounds += 1
      let first = Int.random(in: 0..<Self.sample.count, using: &random)
      let count = Int.random(in: 1...2_000, using: &random)
      var bytes = Array("package p\n".utf8) + Self.sample[first..<min(first + count, Self.sample.count)]
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let position = Int.random(in: 0...bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.insert(contentsOf: pieces.randomElement(using: &random)!, at: position)
        case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: position)
        case 2: bytes.removeSubrange(position..<min(bytes.count, position + Int.random(in: 0...12, using: &random)))
        default:
          let from = Int.random(in: 0...position, using: &random)
          bytes.insert(
            contentsOf: bytes[from..<min(position, from + 40)], at: Int.random(in: 0...bytes.count, using: &random))
        }
      }
      let tree = parse(bytes: bytes, names: names)
      let found = faults(in: tree)
      if !found.isEmpty {
        Issue.record("seed \(seed), round \(rounds): \(found)\n\(String(decoding: bytes, as: UTF8.self))")
        return
      }
      // A reader that walks the tree must come to an end, too.
      _ = tree.dump(places: true)
    }
    print("\(rounds) mutations")
  }
}
