import Testing

@testable import GoFrontend

@Suite struct DeclarationShapeTests {
  private func shape(_ text: String) -> UInt64 {
    DeclarationShape.digest(of: SourceBytes(text.utf8), names: NameTable())
  }

  private let head = "package p\n\nimport \"fmt\"\n\ntype T struct{ a int }\n\n"

  @Test(arguments: [
    ("func f() { g() }\n", "func f() { h(); for {} }\n"),
    ("func f() struct{ a int } { return x }\n", "func f() struct{ a int } { return y }\n"),
    ("func f() interface{ M() } { return x }\n", "func f() interface{ M() } { if a { b() }; return nil }\n"),
    ("func (t *T) f(g func(x struct{}) int) { g(1) }\n", "func (t *T) f(g func(x struct{}) int) {}\n"),
    ("func f[P interface{ ~int }](p P) { p() }\n", "func f[P interface{ ~int }](p P) { _ = \"}\"; _ = '}' }\n"),
    ("// f is old.\nfunc f() {}\n", "// f is new.\n\n/* really */ func f() {}\n"),
    ("func f() {}; func g() {}\n", "func f() { 1 }; func g() { 2 }\n"),
  ])
  func bodiesAndCommentsDoNotCount(one: String, other: String) {
    #expect(shape(head + one) == shape(head + other))
  }

  @Test(arguments: [
    ("func f() {}\n", "func f(x int) {}\n"), ("func f() struct{ a int } {}\n", "func f() struct{ b int } {}\n"),
    ("var x = func() int { return 1 }\n", "var x = func() int { return 2 }\n"),
    ("const a, b = 1, 2\n", "const a, b = 1, 3\n"), ("type A = int\n", "type A int\n"),
    ("func f()\n", "func g()\n"), ("var a int\nvar b int\n", "var a, int\n var b int\n"),
    // Where a brace is missing, nobody can say where a body ends.
    ("func f() { if x {\nfunc g() {}\n}\n", "func f() { if y {\nfunc g() {}\n}\n"),
    ("func f() { x", "func f() { y"), ("func f() {}}", "func f() { }}"),
  ])
  func declarationsCount(one: String, other: String) {
    #expect(shape(head + one) != shape(head + other))
  }
}
