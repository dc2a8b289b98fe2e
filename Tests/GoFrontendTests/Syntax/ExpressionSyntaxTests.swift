import Testing

@testable import GoFrontend

/// The tree of each form of an expression: what `dump` prints, checked once against Go's own parser.
struct ExpressionSyntaxTests {
  static let cases = [
    SyntaxCase(#"a + b*c"#, #"(binary + a (binary * b c))"#),
    SyntaxCase(#"a*b + c<<d"#, #"(binary + (binary * a b) (binary << c d))"#),
    SyntaxCase(#"a || b && c == d"#, #"(binary || a (binary && b (binary == c d)))"#),
    SyntaxCase(#"-a ^ +b"#, #"(binary ^ (unary - a) (unary + b))"#),
    SyntaxCase(#"!<-c"#, #"(unary ! (unary <- c))"#),
    SyntaxCase(#"&x.y"#, #"(unary & (selector x y))"#),
    SyntaxCase(#"*p.q"#, #"(star (selector p q))"#),
    SyntaxCase(#"a - b - c"#, #"(binary - (binary - a b) c)"#),
    SyntaxCase(#"(a)"#, #"(parenthesized a)"#),
    SyntaxCase(#"f()"#, #"(call f [])"#),
    SyntaxCase(#"f(a, b...)"#, #"(call f [a b] ...)"#),
    SyntaxCase(#"f(a, b,)"#, #"(call f [a b])"#),
    SyntaxCase(#"f.g.h(x)[i].j"#, #"(selector (index (call (selector (selector f g) h) [x]) [i]) j)"#),
    SyntaxCase(#"x[i]"#, #"(index x [i])"#),
    SyntaxCase(#"x[i, j]"#, #"(index x [i j])"#),
    SyntaxCase(#"x[:]"#, #"(slice x _ _ _)"#),
    SyntaxCase(#"x[a:b]"#, #"(slice x a b _)"#),
    SyntaxCase(#"x[:b:c]"#, #"(slice x _ b c threeIndex)"#),
    SyntaxCase(#"x.(T)"#, #"(typeAssertion x T)"#),
    SyntaxCase(#"x.(*pkg.T)"#, #"(typeAssertion x (star (selector pkg T)))"#),
    SyntaxCase(#"f[int](x)"#, #"(call (index f [int]) [x])"#),
    SyntaxCase(#"pkg.F[[]int, map[string]T]"#, #"(index (selector pkg F) [(arrayType _ int) (mapType string T)])"#),
    SyntaxCase(#"T{}"#, #"(compositeLiteral T [])"#),
    SyntaxCase(
      #"pkg.T{a: 1, b: {2, 3}}"#,
      #"(compositeLiteral (selector pkg T) [(keyValue a 1) (keyValue b (compositeLiteral _ [2 3]))])"#),
    SyntaxCase(#"[]int{1, 2}"#, #"(compositeLiteral (arrayType _ int) [1 2])"#),
    SyntaxCase(
      #"[...]string{0: "a", "b"}"#, #"(compositeLiteral (arrayType (ellipsis _) string) [(keyValue 0 "a") "b"])"#),
    SyntaxCase(
      #"[2]T{{1}, {x: 2}}"#,
      #"(compositeLiteral (arrayType 2 T) [(compositeLiteral _ [1]) (compositeLiteral _ [(keyValue x 2)])])"#),
    SyntaxCase(
      #"map[K]V{k: v, {1}: {2}}"#,
      #"(compositeLiteral (mapType K V) [(keyValue k v) (keyValue (compositeLiteral _ [1]) (compositeLiteral _ [2]))])"#
    ),
    SyntaxCase(#"struct{ x int }{1}"#, #"(compositeLiteral (structType [(field [x] int _)]) [1])"#),
    SyntaxCase(#"T[int]{1}"#, #"(compositeLiteral (index T [int]) [1])"#),
    SyntaxCase(#"&T{x}"#, #"(unary & (compositeLiteral T [x]))"#),
    SyntaxCase(#"func() {}"#, #"(functionLiteral (functionType [] [] []) (block []))"#),
    SyntaxCase(
      #"func(a, b int) (r error) { return }"#,
      #"(functionLiteral (functionType [] [(field [a b] int _)] [(field [r] error _)]) (block [(returnStatement [])]))"#
    ),
    SyntaxCase(
      #"func(int, ...string) bool { return true }(1)"#,
      #"(call (functionLiteral (functionType [] [(field [] int _) (field [] (ellipsis string) _)] [(field [] bool _)]) (block [(returnStatement [true])])) [1])"#
    ),
    SyntaxCase(#"[]byte(s)"#, #"(call (arrayType _ byte) [s])"#),
    SyntaxCase(#"(<-chan int)(c)"#, #"(call (parenthesized (channelType receive int)) [c])"#),
    SyntaxCase(#"(*T)(p)"#, #"(call (parenthesized (star T)) [p])"#),
    SyntaxCase(#"(func())(x)"#, #"(call (parenthesized (functionType [] [] [])) [x])"#),
    SyntaxCase(#"chan<- int(c)"#, #"(call (channelType send int) [c])"#),
    SyntaxCase(#"<-chan int(c)"#, #"(unary <- (call (channelType int) [c]))"#),
    SyntaxCase(#"<-chan<- chan int(c)"#, #"(unary <- (call (channelType send (channelType int)) [c]))"#),
    SyntaxCase(#"interface{}(x)"#, #"(call (interfaceType []) [x])"#),
    SyntaxCase(#"make(chan<- chan int)"#, #"(call make [(channelType send (channelType int))])"#),
    SyntaxCase(#"new(*T)"#, #"(call new [(star T)])"#),
    SyntaxCase(#"map[string]int(nil)"#, #"(call (mapType string int) [nil])"#),
    SyntaxCase(
      #"0x1p-2 + 0b101 + 0o17 + 1_000i + .5e+3 + 'a' + '\u00e9' + "\n" + `r`"#,
      #"(binary + (binary + (binary + (binary + (binary + (binary + (binary + (binary + 0x1p-2 0b101) 0o17) 1_000i) .5e+3) 'a') '\u00e9') "\n") `r`)"#
    ),
    SyntaxCase(
      #"(<-chan<- chan int)(c)"#, #"(call (parenthesized (channelType receive (channelType receive int))) [c])"#),
    SyntaxCase(
      #"f(func() { g(T{}) })"#,
      #"(call f [(functionLiteral (functionType [] [] []) (block [(expressionStatement (call g [(compositeLiteral T [])]))]))])"#
    ),
  ]

  @Test(arguments: cases)
  func hasTheTree(_ example: SyntaxCase) {
    #expect(parsedExpression(example.source) == example.tree)
  }
}
