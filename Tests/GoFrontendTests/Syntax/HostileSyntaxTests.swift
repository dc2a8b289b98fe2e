import Foundation
import Testing

@testable import GoFrontend

/// Input that was made to break a parser: it may be refused, it never crashes or hangs.
struct HostileSyntaxTests {
  /// Pieces that are repeated to nest: what opens, what stands inside, what closes.
  static let nests: [(String, String, String)] = [
    ("(", "x", ")"), ("[]", "int", ""), ("*", "x", ""), ("-", "x", ""), ("<-", "x", ""), ("f(", "x", ")"),
    ("x[", "1", "]"),
    ("T{", "1", "}"), ("{", "1", "}"), ("func() { x = ", "1", "}"), ("map[string]", "int", ""), ("map[", "int", "]int"),
    ("chan ", "int", ""), ("<-chan ", "int", ""), ("<-chan<- ", "chan int", ""), ("struct{ a ", "int", "}"),
    ("interface{ m(", "int", ")}"),
    ("func(", "int", ")"), ("func() ", "int", ""), ("func(a ", "int", ")"), ("[x", "", "]int"), ("G[", "int", "]"),
    ("!", "x", ""),
    ("x.(", "T", ")"), ("(x + ", "1", ")"), ("x[1:", "2", "]"), ("a + (b.c.d.e(", "1", ") * 2)"),
    ("interface{ ~", "int", "}"),
    ("if x {", "", "}"), ("for {", "", "}"), ("switch { case x:", "", "}"), ("select { case x <- y:", "", "}"),
    ("L:", "x()", ""),
    ("{", "", "}"), ("if x {} else ", "{}", ""), ("if x := func() { ", "", "}; x {}"), ("go func() {", "", "}()"),
    ("case x:", "", ""),
    ("var x = func() {", "", "}"), ("type T[P ", "any", "] int"), ("var (", "", ")"), ("func f() {", "", "}"),
    ("defer ", "f()", ""),
  ]

  @Test(arguments: nests.indices, [100, 450, 1_500])
  func nesting(_ number: Int, _ depth: Int) {
    let (open, inside, close) = Self.nests[number]
    let nested = String(repeating: open, count: depth) + inside + String(repeating: close, count: depth)
    for text in ["var x = \(nested)\n", "type T \(nested)\n", "func f() {\n\(nested)\n}\n", "func f(a \(nested)) {}\n"]
    {
      let tree = parse("package p\n\(text)\nfunc after() {}\n")
      #expect(faults(in: tree).isEmpty, "\(open) \(depth)")
      // Whatever happened above, the declaration at the left margin is found.
      #expect(tree.declarations.last.map { tree.text($0) } == "func after() {}", "\(open) \(depth)")
      // Cut off in the middle.
      let cut = parse("package p\n\(text.prefix(text.count / 2))")
      #expect(faults(in: cut).isEmpty, "\(open) \(depth)")
    }
  }

  @Test(arguments: [
    " + a", ".b", " && a", "[1].c", "().d", " << a", " | a", " + \"s\"", ".(T)", "()", "[1]", "[1:2]", ", a", " - -a",
    "{}", ".b{}",
    " * (a)", "(a, b...)",
  ])
  func longChains(_ link: String) {
    for count in [1_000, 9_000, 25_000] {
      let tree = parse("package p\nvar x = a\(String(repeating: link, count: count))\nvar y = 1\n")
      #expect(faults(in: tree).isEmpty)
      #expect(tree.declarations.last.map { tree.text($0) } == "var y = 1")
      #expect(height(of: tree) < 2 * Parser.maximumChain)
      if count < 25_000 && !link.hasSuffix("{}") {
        #expect(tree.diagnostics.isEmpty, "\(link): \(tree.diagnostics)")
      } else if link != ", a" {
        #expect(tree.diagnostics.count == 1)
      }
    }
  }

  /// Chains within the operands of chains: the whole must stay as flat as one chain may be.
  @Test func chainsWithinChains() {
    var text = "a"
    for _ in 0..<20 { text = "(\(text)" + String(repeating: " + b", count: 5_000) + ")" }
    let tree = parse("package p\nvar x = \(text)\nvar y = 1\n")
    #expect(height(of: tree) < 2 * Parser.maximumChain)
    #expect(tree.declarations.last.map { tree.text($0) } == "var y = 1")
    // Beside one another they are harmless.
    let chain = "f(a" + String(repeating: " + b.c", count: 5_000) + ")"
    let beside = "[]int{" + Array(repeating: chain, count: 20).joined(separator: ",\n") + "}"
    #expect(syntaxErrors("package p\nvar x = \(beside)\nvar y = 1\n").isEmpty)
  }

  private func height(of tree: SyntaxTree) -> Int {
    var heights = [Int](repeating: 0, count: tree.nodes.count)
    var height = 0
    for index in tree.nodes.indices.dropFirst() {
      let node = tree.nodes[index]
      switch node.kind {
      case .binary: heights[index] = 1 + max(heights[Int(node.a)], heights[Int(node.b)])
      case .selector, .call, .index, .typeAssertion, .parenthesized, .unary, .compositeLiteral:
        heights[index] = 1 + heights[Int(node.a)]
      default: break
      }
      height = max(height, heights[index])
    }
    return height
  }

  @Test func longLists() {
    let elements = Array(repeating: "1", count: 50_000).joined(separator: ", ")
    #expect(syntaxErrors("package p\nvar x = []int{\(elements)}\n").isEmpty)
    #expect(syntaxErrors("package p\nvar x = f(\(elements))\n").isEmpty)
    #expect(syntaxErrors("package p\nfunc f() {\(String(repeating: ";", count: 50_000))}\n").isEmpty)
    #expect(syntaxErrors("package p\nfunc f() {\(String(repeating: "x();", count: 30_000))}\n").isEmpty)
    let chain = String(repeating: "if a {} else ", count: 10_000) + "{}"
    let tree = parse("package p\nfunc f() { \(chain) }\nfunc after() {}\n")
    #expect(faults(in: tree).isEmpty)
    #expect(tree.declarations.count == 2)
    let cases = String(repeating: "case 1: x()\n", count: 10_000)
    #expect(syntaxErrors("package p\nfunc f() { switch x {\n\(cases)} }\n").isEmpty)
  }

  @Test func bytesThatAreNoText() {
    #expect(syntaxErrors("package p\nvar x\u{0} int\n").map { $0.prefix(4) } == ["2:6:"])
    let file =
      Array("package p\nvar x = \"".utf8) + [0xFF, 0xC0, 0xED, 0xA0, 0x80] + Array("\" // ".utf8) + [0xFE, 0x0A]
    #expect(faults(in: parse(bytes: file)).isEmpty)
    let name = Array("package p\nvar a".utf8) + [0xFF] + Array(" int\nvar b int\n".utf8)
    let tree = parse(bytes: name)
    #expect(tree.diagnostics.map(\.message) == ["this is not UTF-8"])
    #expect(tree.declarations.last.map { tree.text($0) } == "var b int")
    for byte in UInt8.min...UInt8.max {
      for count in [1, 2, 300] {
        #expect(faults(in: parse(bytes: [UInt8](repeating: byte, count: count))).isEmpty)
        let inside = Array("package p\nfunc f() { x".utf8) + [UInt8](repeating: byte, count: count)
        #expect(faults(in: parse(bytes: inside)).isEmpty)
      }
    }
  }

  @Test func largeFiles() {
    // No semicolon, no line end, nothing but one token after another.
    for piece in ["x ", "( ", "\" ", "' ", "` ", "/* ", "{", "}", "func ", "0x_", "\n", "\\", "é", "func f() {\n"] {
      let bytes = Array("package p\n".utf8) + Array(String(repeating: piece, count: 60_000 / piece.utf8.count).utf8)
      #expect(faults(in: parse(bytes: bytes)).isEmpty, "\(piece)")
    }
  }
}
