import Testing

@testable import GoFrontend

/// Tokens: literals that Go takes and refuses, semicolons that line ends stand for, comments, names beyond ASCII.
struct LexerTests {
  @Test(arguments: [
    "0", "7", "42", "1_000", "0x1F", "0X_1f", "0b101", "0B_1", "0o17", "0O7", "017", "0_7", "123i", "0x1p-2", "0x.8p0",
    "0X1.Fp+3",
    "1.", ".5", "1.5e10", "1E+3", "1e-3", "08.5", "09e1", "089i", "0b1i", "1_0.0_1e1_0", "'a'", "'é'", "'世'", #"'\n'"#,
    #"'\''"#,
    #"'\x41'"#, #"'\101'"#, #"'\u00e9'"#, #"'\U0010FFFF'"#, #""""#, #""a\"b\\""#, #""\a\b\f\n\r\t\v\x00\377\u1234""#,
    "`raw \\ \n line`", "``",
  ])
  func takesLiteral(_ literal: String) {
    let tree = parse("package p\nvar x = \(literal)\nvar y int\n")
    #expect(tree.diagnostics.isEmpty)
    let value = tree.nodes.firstIndex { $0.kind == .basicLiteral }
    #expect(value.map { tree.text(NodeID(Int32($0))) } == literal)
    #expect(tree.declarations.count == 2)
  }

  @Test(arguments: [
    ("08", "1:10: '8' is no digit of a number to base 8"), ("0b12", "1:12: '2' is no digit of a number to base 2"),
    ("0o8", "1:11: '8' is no digit of a number to base 8"), ("0x", "1:9: this number has no digits"),
    ("0b", "1:9: this number has no digits"), ("1__0", "1:10: '_' must stand between two digits"),
    ("1_", "1:10: '_' must stand between two digits"), ("1_.5", "1:10: '_' must stand between two digits"),
    ("0x1.8", "1:9: a hexadecimal fraction needs an exponent, such as 'p0'"),
    ("1e", "1:9: the exponent of this number has no digits"),
    ("1p2", "1:10: an exponent with 'p' belongs to a hexadecimal number"),
    ("0b1.1", "1:12: only decimal and hexadecimal numbers can have a fraction"),
    ("''", "1:9: this character literal is empty"), ("'ab'", "1:9: this literal holds several characters"),
    (#"'\q'"#, "1:10: Go does not know this escape sequence"),
    (#"'\"'"#, "1:10: Go does not know this escape sequence"),
    (#""\'""#, "1:10: Go does not know this escape sequence"),
    (#""\x4""#, "1:10: this escape sequence needs 2 hexadecimal digits"),
    (#""\08""#, "1:10: this escape sequence needs 3 octal digits"),
    (#""\400""#, "1:10: this escape sequence stands for no character"),
    (#""\ud800""#, "1:10: this escape sequence stands for no character"),
    (#""\U00110000""#, "1:10: this escape sequence stands for no character"),
    ("\"abc", "1:9: this string is not closed: '\"' is missing"), ("'a", "1:9: this character literal is not closed"),
  ])
  func refusesLiteral(_ literal: String, _ message: String) {
    // The rest of the file is read all the same.
    let tree = parse("package p; var y int\nvar x = \(literal)\nvar z int\n")
    let first = tree.diagnostics.first.map { "\($0.place.line - 1):\($0.place.column): \($0.message)" }
    #expect(first == message)
    #expect(tree.diagnostics.count == 1)
    #expect(tree.declarations.count == 3)
  }

  @Test func endOfALineEndsAStatement() {
    #expect(parsedStatements("a()\nb()") == parsedStatements("a(); b()"))
    #expect(parsedStatements("x++\ny--\nreturn\n") == parsedStatements("x++; y--; return"))
    #expect(parsedStatements("a() // why\nb() /* how\n */ c()") == parsedStatements("a(); b(); c()"))
    #expect(parsedStatements("a() /* here */; b()") == parsedStatements("a(); b()"))
    #expect(parsedStatements("x = a +\nb") == parsedStatements("x = a + b"))
    #expect(parsedStatements("a.\nb()") == parsedStatements("a.b()"))
    #expect(parsedStatements("f(a,\nb,\n)") == parsedStatements("f(a, b)"))
    #expect(parsedStatements("break\ncontinue\nfallthrough") == parsedStatements("break; continue; fallthrough"))
    #expect(parsedStatements("a()\r\nb()\r\n") == parsedStatements("a(); b()"))
    #expect(parse("package p; var x int // the end").diagnostics.isEmpty)
    #expect(parse("package p; var x int /* the end */").diagnostics.isEmpty)
    #expect(parse("package p").diagnostics.isEmpty)
  }

  @Test func keepsComments() {
    let tree = parse("// one\r\npackage p /* two */ // three\n\n/*\nfour */ var x = `// no` + \"/* no */\"\n//five")
    #expect(tree.diagnostics.isEmpty)
    let texts = tree.comments.map { tree.source.text($0.start, $0.end) }
    #expect(texts == ["// one", "/* two */", "// three", "/*\nfour */", "//five"])
    #expect(syntaxErrors("package p\nvar x int\n/* open") == ["3:1: this comment is not closed: '*/' is missing"])
    #expect(syntaxErrors("package p\nvar x int\n/*/") == ["3:1: this comment is not closed: '*/' is missing"])
  }

  @Test func namesBeyondASCII() {
    let names = NameTable()
    let tree = parse("package p\nvar été, 世界, x٣, _ª int\n", names: names)
    #expect(tree.diagnostics.isEmpty)
    let spec = tree.valueSpec(tree.list(tree[tree.declarations[0]].a)[0])
    #expect(spec.names.map { names.string(tree.name($0)) } == ["été", "世界", "x٣", "_ª"])
    #expect(syntaxErrors("package p\nvar x€ int\n") == ["2:6: a character that Go does not use here: U+20AC"])
  }

  @Test func byteOrderMarkOnlyAtTheStart() {
    #expect(parse(bytes: [0xEF, 0xBB, 0xBF] + Array("package p\n".utf8)).diagnostics.isEmpty)
    #expect(syntaxErrors("package p\n\u{FEFF}var x int\n").count == 1)
  }

  @Test func everyKeywordAndOperatorHasItsSpelling() {
    for raw in Token.add.rawValue...Token.varKeyword.rawValue {
      guard let token = Token(rawValue: raw) else { continue }
      let source = SourceBytes(Array(token.spelling.utf8) + [0x20])
      // Unsafe: `source` outlives the lexer.
      var lexer = Lexer(
        source: source.bytes.baseAddress!.assumingMemoryBound(to: UInt8.self), count: source.count, names: NameTable())
      defer { lexer.deallocate() }
      lexer.next()
      #expect(lexer.token == token)
      #expect(lexer.end == token.spelling.utf8.count)
      withExtendedLifetime(source) {}
    }
  }
}
