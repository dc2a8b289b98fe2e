import Flow
import Testing

@testable import CFrontend

/// Without libclang, which every Swift toolchain has, there is nothing to test.
private let hasLibClang = LibClang.shared != nil

@Suite(.enabled(if: hasLibClang)) struct CSummaryTests {
  private func effect(_ text: String, of name: String = "f", on parameter: Int = 0) -> ForeignFunction.Effect? {
    guard let function = CSource.function(name, text), parameter < function.parameters.count else { return nil }
    return function.parameters[parameter]
  }

  // MARK: Ends

  @Test(arguments: [
    "void f(void *p) { free(p); }",
    "void f(void *p) { if (p) free(p); }",
    "void f(void *p) { if (p != NULL) { free(p); } }",
    "void f(void *p) { if (!p) return; free(p); }",
    "void f(void *p) { if (p == NULL) return; free(p); }",
    "void f(void *p) { char *q = (char *)p; free(q); }",
    "void f(void *p) { char *q; q = p; free((void *)q); }",
    "void f(thing *x) { free(x->buffer); free(x); }",
    "static inline void g(void *p) { free(p); } void f(void *p) { g(p); }",
    "void g(void *p); void f(void *p) { g(p); } void g(void *p) { free(p); }",
    "#define DROP(x) do { free(x); } while (0)\nvoid f(void *p) { DROP(p); }",
    "void f(thing *x) { for (int i = 0; i < 3; i++) x->refs += i; free(x); }",
    "void f(thing *x) { while (x) { thing *next = x->next; free(x); x = next; } }",
    "void *g(void *p) { return p; } void f(void *p) { free(g(p)); }",
  ])
  func frees(_ text: String) { #expect(effect(text) == .frees, "\(text)") }

  @Test func onlyTheFieldEnds() {
    #expect(effect("void f(thing *x) { free(x->buffer); x->buffer = NULL; }") == nil)
    #expect(effect("void f(thing *x) { free(x->next->buffer); }") == nil)
  }

  @Test func theRightParameterEnds() {
    #expect(effect("void f(int a, void *b, void *c) { free(c); }", on: 2) == .frees)
    #expect(effect("void f(int a, void *b, void *c) { free(c); }", on: 1) == nil)
  }

  @Test func aVariableThatWasGivenSomethingElse() {
    #expect(effect("void f(void *p) { p = malloc(3); free(p); }") == nil)
    #expect(effect("void f(void *p) { void *q = p; q = malloc(3); free(q); }") == nil)
  }

  @Test(arguments: [
    ("int f(thing *x) { if (x->refs < 0) return -1; free(x); return 0; }", ForeignFunction.Success.whenZero),
    ("int f(thing *x) { int rc = -1; if (x->refs) goto out; free(x); rc = 0; out: return rc; }", .whenZero),
    ("int f(thing *x) { if (x->refs) return 0; free(x); return 1; }", .whenNonZero),
    ("enum e { OK, BAD }; enum e f(thing *x) { if (x->refs) return BAD; free(x); return OK; }", .whenZero),
    ("int g(thing *x) { if (x->refs) return -1; free(x); return 0; } int f(thing *x) { return g(x); }", .whenZero),
    ("int f(thing *x) { if (!x) return -1; free(x); return 0; }", .always),
  ])
  func freesOnSuccess(_ text: String, _ success: ForeignFunction.Success) {
    let function = CSource.function("f", text)
    #expect(function?.parameters == [.frees], "\(text)")
    #expect(function?.succeeds == success, "\(text)")
    #expect(function?.confidence == .body, "\(text)")
  }

  @Test(arguments: [
    "void f(thing *x) { switch (x->refs) { case 1: free(x); break; default: free(x); } }",
    "void f(thing *x) { if (x->refs) goto out; x->refs = 1; out: free(x); }",
    "void f(thing *x) { if (x->refs) { free(x); return; } free(x); }",
    "void f(thing *x) { do { x->refs--; } while (x->refs); free(x); }",
    "void f(thing *x) { for (; x->refs; x->refs--) { if (x->buffer) break; } free(x); }",
    "void f(thing **x) { free(*x); *x = NULL; }",
    "void f(thing **x) { if (x && *x) { free(*x); *x = NULL; } else if (x) free(*x); }",
    "void f(thing *x) { if (!x) abort(); free(x); } void abort(void);",
    "void f(thing *x) { x ? free(x) : (void)0; }",
    "void f(thing *x) { x && (free(x), 1); }",
  ])
  func freesOnEveryWay(_ text: String) {
    let function = CSource.function("f", "void abort(void);\n" + text)
    #expect(function?.parameters == [.frees], "\(text)")
    #expect(function?.confidence == .body, "\(text)")
  }

  /// What may be freed is not known to be: findings that rest on it stay yellow.
  @Test(arguments: [
    "void f(thing *x) { if (x->data) free(x); }", "void f(thing *x, int owned) { if (owned) free(x); }",
    "void f(thing *x) { switch (x->refs) { case 1: free(x); } }",
    "static int all; void f(thing *x) { while (all) { free(x); break; } }",
    "void g(thing *x) { if (x->data) free(x); } void f(thing *x) { g(x); }",
  ])
  func mayFree(_ text: String) {
    let function = CSource.function("f", text)
    #expect(function?.parameters.first == .releases, "\(text)")
    #expect(function?.confidence == .name, "\(text)")
  }

  // MARK: References

  @Test(arguments: [
    "void f(thing *x) { if (--x->refs == 0) free(x); }",
    "void f(thing *x) { x->refs--; if (x->refs == 0) free(x); }",
    "void f(thing *x) { if (--x->refs > 0) return; free(x); }",
    "void f(thing *x) { x->refs -= 1; if (x->refs > 0) return; free(x); }",
    "void f(thing *x) { if (x && --x->refs == 0) { free(x->buffer); free(x); } }",
    "void f(thing *x) { if (__sync_sub_and_fetch(&x->refs, 1) == 0) free(x); }",
    "void f(thing *x) { int left = --x->refs; if (!left) free(x); }",
    "void f(void *p) { g_object_unref(p); }",
    "void g(thing *x) { if (--x->refs == 0) free(x); } void f(thing *x) { g(x); }",
  ])
  func releases(_ text: String) { #expect(effect(text) == .releases, "\(text)") }

  @Test(arguments: [
    "void *f(void *p) { return g_object_ref(p); }", "void f(void *p) { g_object_ref(p); }",
    "thing *f(thing *x) { x->refs++; return x; }", "void f(thing *x) { x->refs += 1; }",
    "void f(thing *x) { __sync_fetch_and_add(&x->refs, 1); }",
  ])
  func retains(_ text: String) { #expect(effect(text) == .retains, "\(text)") }

  // MARK: Keeping

  @Test(arguments: [
    "static void *kept; void f(void *p) { kept = p; }",
    "static void *table[8]; static int n; void f(void *p) { table[n++] = p; }",
    "static struct { void *at[4]; } all; void f(void *p) { all.at[2] = p; }",
    "static void *g; static void keep(void *x) { g = x; } void f(void *p) { keep(p); }",
    "void f(void *p) { static void *last; last = p; }",
  ])
  func keepsInGlobal(_ text: String) { #expect(effect(text) == .keeps, "\(text)") }

  @Test(arguments: [
    "void f(thing *x, void *p) { x->data = p; }", "void f(thing *x, void *p) { (*x).data = p; }",
    "void f(void **where, void *p) { *where = p; }", "void f(void **where, void *p) { where[3] = p; }",
  ])
  func keepsInAnotherParameter(_ text: String) { #expect(effect(text, on: 1) == .keeps, "\(text)") }

  @Test func keepsInWhatItReturns() throws {
    let function = try #require(
      CSource.function(
        "f", "thing *f(void *p) { thing *t = malloc(sizeof(thing)); if (!t) return NULL; t->data = p; return t; }"))
    #expect(function.parameters == [.keeps])
    #expect(function.result == .allocates(release: "free"))
  }

  // MARK: Results

  @Test(arguments: [
    "char *f(void) { return malloc(3); }", "char *f(void) { char *p = calloc(1, 3); p[0] = 1; return p; }",
    "char *f(const char *s) { return s ? strdup(s) : NULL; }",
    "static char *g(void) { return malloc(1); } char *f(void) { char *p = g(); if (!p) { return 0; } return p; }",
    "char *g(void); char *f(void) { return g(); } char *g(void) { return malloc(1); }",
  ])
  func allocates(_ text: String) {
    #expect(CSource.function("f", text)?.result == .allocates(release: "free"), "\(text)")
  }

  /// What the function keeps itself is not the caller's to free.
  @Test func whatIsKeptIsBorrowed() {
    #expect(
      CSource.function("f", "static char *g; char *f(void) { if (!g) g = malloc(3); return g; }")?.result
        != .allocates(release: "free"))
    #expect(
      CSource.function("f", "char *f(thing *x) { char *b = malloc(3); x->buffer = b; return b; }")?.result == .borrows)
    #expect(
      CSource.function("f", "static char *g; char *f(int n) { return n ? malloc(3) : g; }")?.result
        == ForeignFunction.Result.none)
  }

  @Test func integersAreNoPointers() {
    #expect(
      CSource.function("f", "static unsigned long g; void f(unsigned long p) { g = p; free((void *)p); }")?.parameters
        == [nil])
  }

  @Test func returnsAParameter() {
    #expect(CSource.function("f", "void *f(int a, void *p) { return (char *)p; }")?.result == .parameter(1))
    #expect(CSource.function("f", "void *f(void *a, void *b) { return memcpy(a, b, 3); }")?.result == .parameter(0))
  }

  /// A header that is not there leaves types unknown; a call with them gives something, and not its last argument.
  @Test func callsWithUnknownTypesGiveNoArgument() {
    let opened = CSource.function(
      "f", "client_t *f(const char *name, int *status) { return open_client(name, (status_t *)status); }")
    #expect(opened?.result != .parameter(0) && opened?.result != .parameter(1))
  }

  @Test func givesThroughAParameter() {
    #expect(CSource.function("f", "int f(char **out) { *out = malloc(3); return 0; }")?.outputs == [0])
    #expect(CSource.function("f", "int f(int a, char **out) { return asprintf(out, \"%d\", a); }")?.outputs == [1])
  }

  // MARK: Callbacks

  @Test func callsItsParameterWithAContext() throws {
    let function = try #require(
      CSource.function("f", "int f(int n, int (*each)(int, void *), void *context) { return each(n, context); }"))
    #expect(function.parameters == [nil, .calls, .context])
  }

  // MARK: Calls in circles

  @Test func recursionEnds() {
    #expect(effect("void f(thing *x) { if (!x) return; f(x->next); free(x); }") == .frees)
    #expect(
      effect(
        "void b(thing *x, int n); void f(thing *x, int n) { if (n) b(x, n - 1); else free(x); } void b(thing *x, int n) { f(x, n); }"
      ) != nil)
  }

  /// Longer than any fixed number of rounds, declared from the top down so that each round learns one more.
  @Test func longChainsOfCalls() {
    var text = ""
    for number in 0..<60 { text += "void f\(number)(void *p);\n" }
    for number in 0..<59 { text += "void f\(number)(void *p) { f\(number + 1)(p); }\n" }
    text += "void f59(void *p) { free(p); }\n"
    #expect(effect(text, of: "f0") == .frees)
  }

  @Test func namesAloneSayNothingOfABody() {
    #expect(effect("void thing_free(void *); void f(void *p) { thing_free(p); }") == nil)
  }

  /// What cgo makes a Go constant of.
  @Test func macrosAndEnumeratorsHaveValues() throws {
    let package = try #require(
      CSource.read(
        """
        #define SIZE (4 * sizeof(int))
        #define NAME "belay" "!"
        #define RATIO 1.5
        #define NEXT(n) ((n) + 1)
        #define FIRST NEXT(ZERO)
        #define COUNT count
        #define TYPE int
        #define CALL g()
        #define NOTHING
        #define LETTER 'a'
        #define MINUS -1
        #define POINTER ((void *)0)
        enum color { RED, GREEN = 5, BLUE };
        typedef enum { ZERO } zero;
        int count;
        int g(void);
        """,
        names: [
          "SIZE", "NAME", "RATIO", "NEXT", "FIRST", "COUNT", "TYPE", "CALL", "NOTHING", "LETTER", "MINUS", "POINTER",
          "RED", "GREEN", "BLUE", "ZERO", "UNKNOWN", "count",
        ]))
    #expect(
      package.constants == [
        "SIZE": .integer(16), "NAME": .string, "RATIO": .float, "FIRST": .integer(1), "LETTER": .integer(97),
        "MINUS": .integer(-1), "RED": .integer(0), "GREEN": .integer(5), "BLUE": .integer(6), "ZERO": .integer(0),
      ])
    #expect(package.variables == ["count": "C.int"])
  }
}
