import Findings
import Flow
import TestSupport
import Testing

@testable import SwiftFrontend

/// Whatever stands in a file, the frontend comes to an end and does not crash.
@Suite struct HostileSourceTests {
  private func load(_ bytes: [UInt8]) throws -> SwiftProgram {
    let loaded = try LoadedSource(["a.swift": bytes])
    let program = loaded.program
    _ = Analysis(units: program.units, symbols: loaded.symbols, sourceMap: program.sourceMap)
    return program
  }

  private static let sample = """
        final class Store {
      private var handles: [OpaquePointer: String] = [:]
      func drop(_ h: OpaquePointer) throws {
        defer { handles[h] = nil }
        guard let name = handles[h], name.isEmpty == false else { return }
        for (key, value) in handles where value == name { print(key as Any, value ?? "") }
        do { try risky { $0 + 1 } } catch let error as NSError { throw error }
        switch name { case "a": thing_free(h) default: break }
        Task { await self.other() }
      }
    }
    """

  @Test(arguments: [
    ("(", ")"), ("[", "]"), ("{ ", " }"), ("f(", ")"), ("a ? b : (", ")"), ("if true { ", " }"), ("{ x in ", " }"),
    ("[1: ", "]"), ("try f(", ")"), ("!(", ")"), ("[a: [", "]]"), ("[(", ")]"), ("f([", "])"), ("[{", "}]"),
    ("[@a(\"\") [", "]]"), ("[@a({}) [", "]]"), ("A<[", "]>"), ("A<some\nA<", ">>"), ("A\n<", ">"), ("A<(", ")>"),
    ("\"\\([", "])\""), ("/*\"*/[", "]"), ("/\"/[", "]"), ("#\"\"\"#[", "]"),
  ])
  func deepNesting(open: String, close: String) throws {
    for depth in [100, 4_000] {
      let text =
        "func f() { let x = " + String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
        + " }\n"
      _ = try load(Array(text.utf8))
    }
  }

  @Test(arguments: [".a", "()", "!", "?.b", "[0]", " + 1", " && y", " ?? z", " as Int", " == 2", ".c { $0 }"])
  func longChains(part: String) throws {
    let text = "var x = 0\nfunc f() { let y = x" + String(repeating: part, count: 1_000) + " }\n"
    _ = try load(Array(text.utf8))
  }

  @Test func longChainsOfConditions() throws {
    var text = "func f(_ x: Int) { if x == 0 { g() }"
    for number in 1..<400 { text += " else if x == \(number) { g() }" }
    _ = try load(Array((text + " }\n").utf8))
  }

  @Test func deepTypes() throws {
    let depth = 5_000
    for (open, close) in [("[", "]"), ("Optional<", ">"), ("(", ")"), ("[Int: ", "]")] {
      let text =
        "var x: " + String(repeating: open, count: depth) + "Int" + String(repeating: close, count: depth) + "\n"
      _ = try load(Array(text.utf8))
    }
  }

  @Test func cyclesOfDeclarations() throws {
    let text = """
      typealias A = B
      typealias B = [A]
      class C: D {}
      class D: C { var c: C?; var d = D().d }
      struct S { var s: [S]; var t: (S, UnsafePointer<S>) }
      protocol P: Q {}
      protocol Q: P {}
      extension S: P { func f() { f() } }
      func g(_ a: A, _ s: S) { g(a, s); s.f() }
      """
    _ = try load(Array(text.utf8))
  }

  @Test func truncatedAnywhere() throws {
    let bytes = Array(Self.sample.utf8)
    for end in stride(from: 0, through: bytes.count, by: 23) { _ = try load(Array(bytes[..<end])) }
  }

  @Test func bytesThatAreNoText() throws {
    var generator = SeededRandom(seed: 7)
    let bytes = Array(Self.sample.utf8)
    for _ in 0..<25 {
      var changed = bytes
      for _ in 0..<8 {
        changed[Int.random(in: 0..<changed.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      _ = try load(changed)
    }
    _ = try load([])
    _ = try load([0])
    _ = try load([0xFF, 0xFE, 0x00, 0xD8])
    _ = try load([0xEF, 0xBB, 0xBF] + bytes)
    _ = try load(bytes + [0] + bytes)
    _ = try load(Array(Self.sample.replacingOccurrences(of: "\n", with: "\r\n").utf8))
  }

  @Test func manyWaysOutWithManyDefers() throws {
    var text = "func f(_ x: Int) {\n"
    for number in 0..<60 { text += "  defer { g(\(number)) }\n  if x == \(number) { return }\n" }
    _ = try load(Array((text + "}\n").utf8))
  }

  @Test func aParseErrorIsADiagnosticAndTheRestIsRead() throws {
    let program = try load(Array("func f() { let = }\nfunc g() {}\n".utf8))
    #expect(program.diagnostics.count == 1)
    #expect(program.diagnostics.first?.place.line == 1)
    #expect(program.units.first?.functions.count == 3)
  }
}
