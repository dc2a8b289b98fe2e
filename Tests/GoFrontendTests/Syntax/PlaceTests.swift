import Testing

@testable import GoFrontend

/// Findings and fixes are cut from the source by the offsets of nodes.
struct PlaceTests {
  private let tree = parse(
    """
    package p // c

    type T struct { a, b int `t`; *E }
    func (r *T) m(k map[string]*C.x, v ...int) (err error) {
    \tif x := f(a , b) ; x[1:2] == nil {  return  // none
    \t} else { L: for i := range m { m[ i ] . y ( z ) } }
    \tswitch v := y.(type) { case int , *T :  a ( ) ;
    \tdefault: }
    \treturn func ( ) { } , (a), <- c, &T { a : 1 , }
    }
    """)

  private func texts(_ kind: NodeKind) -> [String] {
    tree.nodes.indices.filter { $0 > 0 && tree.nodes[$0].kind == kind }.map { tree.text(NodeID(Int32($0))) }.sorted()
  }

  @Test func nodesStartAndEndWithTheirTokens() {
    #expect(tree.diagnostics.isEmpty)
    #expect(faults(in: tree).isEmpty)
    #expect(texts(.structType) == ["struct { a, b int `t`; *E }"])
    #expect(texts(.typeSpec) == ["T struct { a, b int `t`; *E }"])
    #expect(texts(.field) == ["*E", "a, b int `t`", "err error", "k map[string]*C.x", "r *T", "v ...int"])
    #expect(texts(.mapType) == ["map[string]*C.x"])
    #expect(texts(.call) == ["a ( )", "f(a , b)", "m[ i ] . y ( z )"])
    #expect(texts(.index) == ["m[ i ]"])
    #expect(texts(.slice) == ["x[1:2]"])
    #expect(texts(.selector) == ["C.x", "m[ i ] . y"])
    #expect(texts(.binary) == ["x[1:2] == nil"])
    #expect(texts(.returnStatement) == ["return", "return func ( ) { } , (a), <- c, &T { a : 1 , }"])
    #expect(texts(.caseClause) == ["case int , *T :  a ( )", "default:"])
    #expect(texts(.rangeStatement) == ["for i := range m { m[ i ] . y ( z ) }"])
    #expect(texts(.labeledStatement) == ["L: for i := range m { m[ i ] . y ( z ) }"])
    #expect(texts(.compositeLiteral) == ["T { a : 1 , }"])
    #expect(texts(.keyValue) == ["a : 1"])
    #expect(texts(.functionLiteral) == ["func ( ) { }"])
    #expect(texts(.unary) == ["&T { a : 1 , }", "<- c"])
    #expect(texts(.parenthesized) == ["(a)"])
    #expect(texts(.functionType).contains("(k map[string]*C.x, v ...int) (err error)"))
  }

  @Test func positionsAreCountedFromOneInBytes() throws {
    let tree = parse("package p\n//line other.go:100\nvar é, m = 1, map[int]int{}\r\n\nvar z int")
    let map = try #require(tree.nodes.first { $0.kind == .mapType })
    #expect(tree.position(map.start) == (3, 16))
    #expect(tree.position(0) == (1, 1))
    #expect(tree.position(9) == (1, 10))
    #expect(tree.position(10) == (2, 1))
    let end = UInt32(tree.source.count)
    #expect(tree.position(end) == (5, 10))
    #expect(tree.lineStarts.count == 5)
  }

  @Test func splitTypeParametersKeepTheirPlaces() throws {
    let tree = parse("package p\ntype T[P /* * */ *C | []D] x\ntype U[P /* ( */ (C),] x\n")
    #expect(tree.diagnostics.isEmpty)
    let star = try #require(tree.nodes.last { $0.kind == .star })
    #expect(tree.source.text(star.start, star.end) == "*C")
    let parenthesized = try #require(tree.nodes.last { $0.kind == .parenthesized })
    #expect(tree.source.text(parenthesized.start, parenthesized.end) == "(C)")
    let channel = parse("package p\nvar x = (<-chan<- chan int)(c)\n")
    #expect(channel.diagnostics.isEmpty)
    let channels = channel.nodes.filter { $0.kind == .channelType }.map { channel.source.text($0.start, $0.end) }
    #expect(channels.sorted() == ["<- chan int", "<-chan<- chan int"])
  }
}
