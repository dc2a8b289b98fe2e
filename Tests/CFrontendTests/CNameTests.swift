import Testing

@testable import CFrontend

/// What C names mean in Go: the types as cgo writes them.
@Suite(.enabled(if: LibClang.shared != nil)) struct CNameTests {
  private func result(_ type: String, _ declarations: String = "") -> String? {
    CSource.read("\(declarations)\n\(type) f(void);", names: ["f"])?.results["f"]
  }

  @Test(arguments: [
    ("int", "C.int"), ("unsigned char", "C.uchar"), ("long long", "C.longlong"), ("const char *", "*C.char"),
    ("void *", "unsafe.Pointer"),
    ("void **", "*unsafe.Pointer"), ("struct thing *", "*C.struct_thing"), ("double", "C.double"),
    ("thing *", "*C.thing"), ("thing", "C.thing"),
  ])
  func types(_ c: String, _ go: String) { #expect(result(c) == go, "\(c)") }

  @Test func typedefsKeepTheirNames() {
    #expect(result("handle", "typedef struct opaque *handle;") == "C.handle")
    #expect(
      result("enum color", "enum color { red };") == "C.enum_color"
        || result("enum color", "enum color { red };") == "uint32")
  }

  @Test func onlyNamesThatGoMentions() {
    let package = CSource.read("int a(void); int b(void); extern char *v;", names: ["a", "v"])
    #expect(package?.results.keys.sorted() == ["a"])
    #expect(package?.variables["v"] == "*C.char")
  }

  @Test func fieldsWithGoKeywords() {
    let package = CSource.read("struct s { int type; char *name; };", names: ["struct_s"])
    #expect(package?.fields["struct_s"] == ["_type": "C.int", "name": "*C.char"])
  }
}
