import Foundation
import TestSupport
import Testing

@testable import CFrontend

@Suite(.enabled(if: LibClang.shared != nil)) struct HostileSourceTests {
  private static let good = "\nvoid good(void *p) { free(p); }\n"

  private func freesGood(_ package: CPackage?) -> Bool {
    package?.functions.first { $0.name == "good" }?.parameters == [.frees]
  }

  /// What is broken is left out, the rest is read.
  @Test(arguments: [
    "#include <no/such/header.h>", "#include \"nowhere.h\"\nnowhere_t *x;", "int broken(", "}}}}", "#error stop",
    "@#$%`", "\u{FEFF}",
    "#include \"/nowhere/test.c\"", "#define A A A\nA", "struct s { struct s inner; };", "_Pragma(\"once\")",
    "#pragma once",
  ])
  func theRestIsRead(_ text: String) { #expect(freesGood(CSource.read(Self.good + text)), "\(text)") }

  @Test func missingHeadersLoseNoBodies() {
    #expect(
      freesGood(CSource.read("#include <stdlib.h>\n#include <no_such.h>\nvoid good(void *p) { free(p); }", plain: true))
    )
    #expect(freesGood(CSource.read("void good(void *p) { free(p); }", plain: true)))
  }

  /// Every cut of a source is a source.
  @Test func truncatedAnywhere() {
    let text =
      "typedef struct a { int x; } a;\nvoid f(a *p, void (*g)(void *)) { if (--p->x == 0) { g(p); free(p); } \"text\" /* c */ }\n#define M(x) x\n"
    for length in stride(from: 0, to: text.utf8.count, by: 3) {
      _ = CSource.read(String(text.prefix(length)), names: ["a", "f"])
    }
  }

  @Test func randomBytes() {
    let seed = SeededRandom.anySeed
    var random = SeededRandom(seed: seed)
    print("randomBytes seed \(seed)")
    for _ in 0..<40 {
      let bytes = (0..<200).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      _ = CSource.read(String(decoding: bytes, as: UTF8.self), names: ["f"])
    }
  }

  @Test func zeroBytes() { #expect(freesGood(CSource.read(Self.good + "\0\0int x\0;\n"))) }

  /// Deeper than libclang's stack: the source is named as unread, and nothing crashes.
  @Test(arguments: [
    "{", "(", "- ", "!", "(int)", "f(", "a = ", "n ? a : ", "*", "if (n) ; else ", "[", "sizeof(", "&*",
  ])
  func tooDeep(_ piece: String) throws {
    for count in [3_000, 20_000] {
      let package = try #require(
        CSource.read("int g(int n, int a) { a = " + String(repeating: piece, count: count) + "a; }"))
      #expect(package.unread == ["/nowhere/test.c"])
      #expect(package.functions.isEmpty)
    }
  }

  /// What nests only after its macros are expanded: the source is named as unread, nothing crashes, and the next source is read.
  @Test(arguments: [("-", 18), ("(int)", 14), ("&*&", 16), ("!", 22), ("if (a) ; else", 13), ("{", 12)])
  func tooDeepInMacros(_ piece: String, _ doublings: Int) throws {
    var text = "#define N0 \(piece) \n"
    for number in 1...doublings { text += "#define N\(number) N\(number - 1) N\(number - 1)\n" }
    let package = try #require(CSource.read(text + "int g(int a) { N\(doublings) a; }\n"))
    #expect(package.unread == ["/nowhere/test.c"] || package.functions.allSatisfy { $0.name != "good" })
    #expect(freesGood(CSource.read(Self.good)))
  }

  /// A header that includes itself over and over ends where the compiler says so.
  @Test func headersThatIncludeThemselves() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("belay-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("#include \"self.h\"\nint x;\n".utf8).write(to: folder.appendingPathComponent("self.h"))
    #expect(freesGood(CSource.read(Self.good + "#include \"self.h\"\n", options: ["-I", folder.path])))
  }

  /// Deep, but read: the walk stops where its own stack would, without a claim.
  @Test(arguments: [
    "int x = " + String(repeating: "- ", count: 800) + "1;",
    "int " + String(repeating: "*", count: 800) + "x;", "int x[1]" + String(repeating: "[1]", count: 500) + ";",
    "void f(void *p) { " + String(repeating: "if (p) {", count: 200) + "free(p);" + String(repeating: "}", count: 200)
      + "}", "int f(int a) { return " + String(repeating: "a | ", count: 10_000) + "a; }",
    "void f(void *p) { " + String(repeating: "if (p) free(p); else ", count: 2_000) + "free(p); }",
  ])
  func deepNesting(_ text: String) { #expect(freesGood(CSource.read(Self.good + text))) }

  @Test func ordinaryCodeIsNotTooDeep() {
    let table = String(repeating: "{ (1 + 2) * 3, -4, \"((((((\", '(' }, /* (((( */ ", count: 20_000)
    let defines = String(repeating: "#define FLAG (1 << 3) // ((((\n", count: 20_000)
    let branches = String(
      repeating: "int f(int n) { if (n) { return 1; } else if (n) return 2; else return -3; }\n", count: 5_000)
    #expect(NestingScan.isParsable(table))
    #expect(NestingScan.isParsable(defines))
    #expect(NestingScan.isParsable(branches))
    for text in ["", "\"", "'", "/*", "//", "\\", "\"\\", "e", "els", "else"] { #expect(NestingScan.isParsable(text)) }
  }

  /// Each condition doubles the ways through a function; the walk is bounded.
  @Test func manyWays() {
    var body = ""
    for number in 0..<400 { body += "if (n & \(number)) { q\(number) = p; } else { q\(number) = 0; }\n" }
    let variables = (0..<400).map { "void *q\($0);" }.joined(separator: " ")
    let package = CSource.read("void f(void *p, int n) { \(variables) \(body) free(p); }\n" + Self.good)
    #expect(freesGood(package))
    #expect(package?.functions.first { $0.name == "f" }?.parameters.first == .frees)
  }

  @Test func longChainsOfElse() {
    var body = ""
    for number in 0..<600 { body += "if (n == \(number)) { free(p); } else " }
    #expect(freesGood(CSource.read("void f(void *p, int n) { \(body) { free(p); } }\n" + Self.good)))
  }

  @Test func manyFunctions() {
    var text = ""
    for number in 0..<3_000 { text += "void f\(number)(void *p) { if (p) free(p); }\n" }
    #expect(CSource.read(text)?.functions.count == 3_000)
  }

  @Test(arguments: [
    ["-std=nonsense"], ["-I"], ["-D"], ["-DX=", "-UX"], ["-fplugin=/nowhere/evil.so"], ["-o", "/nowhere/out"],
    ["-Xclang", "-load"], ["@/etc/passwd"], ["-I/nowhere"],
    ["-wrong"], [""], ["-include", "/nowhere/none.h"],
  ])
  func optionsThatCannotBe(_ options: [String]) {
    #expect(freesGood(CSource.read(Self.good, options: options)), "\(options)")
  }

  @Test func onlyHarmlessOptionsPass() {
    #expect(
      CPackage.accepted([
        "-fplugin=x", "-I", "a", "-Ib", "-DX", "-O2", "-o", "x", "-std=gnu11", "-lfoo", "-Xclang", "-load",
      ])
        == ["-I", "a", "-Ib", "-DX", "-std=gnu11"])
    #expect(CPackage.accepted(["-I"]) == [])
  }
}
