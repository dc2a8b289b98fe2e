import Testing

@testable import GoFrontend

/// A fault costs the statement or declaration that holds it, and one message at its place.
struct RecoveryTests {
  @Test(arguments: [
    ("func f() {\n\tx := ;\n\ty()\n}", "2:7: expected an expression, found ';'"),
    ("func f() {\n\tx := 1 +\n}", "3:1: expected an expression, found '}'"),
    ("func f() {\n\tf(1, 2\n}", "2:8: expected ')' after the arguments, found the end of the line"),
    ("func f() {\n\tif {\n\t}\n}", "2:5: the condition of this 'if' is missing"),
    ("func f() {\n\tif x := 1; {\n\t}\n}", "2:13: the condition of this 'if' is missing"),
    ("func f() {\n\tif x = 1 {\n\t}\n}", "2:5: expected a condition, found a statement that has no value"),
    ("func f() {\n\ta b\n}", "2:4: expected a line end or ';' after the statement, found 'b'"),
    ("func f() {\n\tgoto\n}", "3:1: expected a name, found '}'"),
    ("func f() {\n\tgo x\n}", "2:5: the expression after 'go' must be a call"),
    ("func f() {\n\tfor a, b, c := range x {}\n}", "2:12: a range clause has at most two variables"),
    ("func f() {\n\ta, b\n}", "2:6: expected ':=' or '=' after several expressions, found the end of the line"),
    ("func f() {\n\tx[]\n}", "2:4: expected an index, found ']'"),
    ("func f() {\n\tx[1::2]\n}", "2:6: a slice expression with two colons needs its second and third index"),
    ("func f() {\n\tx = T{1\n\t}\n}", "2:9: expected ',' or '}' in the composite literal, found the end of the line"),
    ("var x", "1:6: expected a type or '=' after the name, found the end of the line"),
    ("func f(a int, string) {}", "1:8: these parameters need a name and a type each, or types only"),
    ("func f(a, b int, c) {}", "1:8: these parameters need a name and a type each, or types only"),
    ("func f(a ...int, b int) {}", "1:10: only the last parameter can have '...'"),
    ("func f[]() {}", "1:8: this list of type parameters is empty"),
    ("type T struct { (E) }", "1:17: an embedded type cannot stand in parentheses"),
    ("type T struct { a int b int }", "1:23: expected a line end or ';' after the field, found 'b'"),
    ("import x", "1:9: expected an import path in quotes, found the end of the line"),
    ("x := 1", "1:1: expected a declaration, found 'x'"),
    ("func f() {}}", "1:12: expected a line end or ';' after the declaration, found '}'"),
    ("var x = @", "1:9: a character that Go does not use: '@'"),
    ("var x map int", "1:11: expected '[' after 'map', found 'int'"),
  ])
  func reportsOneMessageAndGoesOn(_ text: String, _ message: String) {
    let tree = parse("package p\n\(text)\n\nfunc after() { done() }\n")
    let first = tree.diagnostics.first.map { "\($0.place.line - 1):\($0.place.column): \($0.message)" }
    #expect(first == message)
    #expect(tree.diagnostics.count == 1, "\(tree.diagnostics.map { "\($0.place): \($0.message)" })")
    #expect(tree.declarations.last.map { tree.dump($0) } == Self.after)
    #expect(faults(in: tree).isEmpty)
  }

  private static let after =
    "(functionDeclaration [] after (functionType [] [] []) (block [(expressionStatement (call done []))]))"

  @Test(arguments: [
    "func f() {\n\tif x {\n\t\ty()\n", "func f() {\n\tx := T{\n\t\t1,\n", "func f(a int,\n",
    "type T struct {\n\ta int\n",
    "type I interface {\n\tM()\n", "var (\n\ta = 1\n", "func f() {\n\tg(func() {\n\t\th(\n",
    "func f() {\n\tswitch x {\n\tcase 1:\n",
    "var x = map[string]int{\n\t\"a\": 1,\n", "func f() {\n\tx := []int{1, 2\n\tselect {\n",
  ])
  func nextFunctionEndsWhatIsStillOpen(_ text: String) {
    for next in ["func after() { done() }", "func (r *T) after() { done() }", "func after[P any]() { done() }"] {
      let tree = parse("package p\n\(text)\n\(next)\n")
      #expect(tree.diagnostics.count <= 3, "\(tree.diagnostics.map { "\($0.place): \($0.message)" })")
      #expect(!tree.diagnostics.isEmpty)
      let last = tree.declarations.last
      #expect(last.map { tree[$0].kind } == .functionDeclaration)
      #expect(last.map { tree.text($0) } == next)
      #expect(faults(in: tree).isEmpty)
    }
  }

  @Test func functionLiteralsAtTheLeftMarginAreNoDeclarations() {
    let text =
      "package p\nvar x = g(\nfunc() int { return 1 },\nfunc(a T) T { return a },\nfunc (a T) R { return a })\n"
    #expect(syntaxErrors(text).isEmpty)
  }

  @Test func whatComesBeforeAFaultIsKept() {
    let tree = parse("package p\nfunc f() {\n\ta()\n\tb( ; c\n\td()\n}\n")
    #expect(tree.diagnostics.count == 1)
    let calls = tree.nodes.indices.filter { tree.nodes[$0].kind == .call }.map { tree.text(NodeID(Int32($0))) }
    #expect(calls.contains("a()") && calls.contains("d()"))
  }

  @Test func missingPackageClause() {
    let tree = parse("func f() { g() }\n")
    #expect(tree.diagnostics.map(\.message) == ["expected 'package' at the start of the file, found 'func'"])
    #expect(tree.declarations.count == 1)
    #expect(syntaxErrors("") == ["1:1: expected 'package' at the start of the file, found the end of the file"])
  }

  @Test func fewMessagesForManyFaults() {
    let tree = parse("package p\nfunc f() {\n" + String(repeating: "\ta b\n", count: 500) + "}\n")
    #expect(tree.diagnostics.count == Parser.maximumDiagnostics + 1)
    #expect(tree.diagnostics.last?.message == "490 more syntax errors in this file are not shown")
  }
}
