import Testing

@testable import GoFrontend

/// The tree of each form of a declaration: what `dump` prints, checked once against Go's own parser.
struct DeclarationSyntaxTests {
  static let cases = [
    SyntaxCase(#"import "fmt""#, #"(genericDeclaration import [(importSpec _ "fmt")])"#),
    SyntaxCase(
      #"import ( "a"; b "c"; . "d"; _ "e" )"#,
      #"(genericDeclaration import parenthesized [(importSpec _ "a") (importSpec b "c") (importSpec . "d") (importSpec _ "e")])"#
    ),
    SyntaxCase(#"const a = 1"#, #"(genericDeclaration const [(valueSpec [a] _ [1])])"#),
    SyntaxCase(
      #"const ( a, b = iota, 1 << iota; c, d; e int = 2 )"#,
      #"(genericDeclaration const parenthesized [(valueSpec [a b] _ [iota (binary << 1 iota)]) (valueSpec [c d] _ []) (valueSpec [e] int [2])])"#
    ),
    SyntaxCase(#"var x int"#, #"(genericDeclaration var [(valueSpec [x] int [])])"#),
    SyntaxCase(#"var x, y = 1, 2"#, #"(genericDeclaration var [(valueSpec [x y] _ [1 2])])"#),
    SyntaxCase(
      #"var ( a int; b = 2; c, d T = e, f )"#,
      #"(genericDeclaration var parenthesized [(valueSpec [a] int []) (valueSpec [b] _ [2]) (valueSpec [c d] T [e f])])"#
    ),
    SyntaxCase(#"type T int"#, #"(genericDeclaration type [(typeSpec T [] int)])"#),
    SyntaxCase(#"type T = U"#, #"(genericDeclaration type [(typeSpec alias T [] U)])"#),
    SyntaxCase(
      #"type ( A B; C = D )"#, #"(genericDeclaration type parenthesized [(typeSpec A [] B) (typeSpec alias C [] D)])"#),
    SyntaxCase(
      #"type T[P any] struct{}"#, #"(genericDeclaration type [(typeSpec T [(field [P] any _)] (structType []))])"#),
    SyntaxCase(
      #"type T[P, Q any, R interface{ M() }] []P"#,
      #"(genericDeclaration type [(typeSpec T [(field [P Q] any _) (field [R] (interfaceType [(field [M] (functionType [] [] []) _)]) _)] (arrayType _ P))])"#
    ),
    SyntaxCase(#"type T[P *C] x"#, #"(genericDeclaration type [(typeSpec T [] (arrayType (binary * P C) x))])"#),
    SyntaxCase(
      #"type T[P *C, Q any] x"#,
      #"(genericDeclaration type [(typeSpec T [(field [P] (star C) _) (field [Q] any _)] x)])"#),
    SyntaxCase(
      #"type T[P *C|Q] x"#, #"(genericDeclaration type [(typeSpec T [] (arrayType (binary | (binary * P C) Q) x))])"#),
    SyntaxCase(
      #"type T[P *struct{}] x"#, #"(genericDeclaration type [(typeSpec T [(field [P] (star (structType [])) _)] x)])"#),
    SyntaxCase(
      #"type T[P ~int|~string] x"#,
      #"(genericDeclaration type [(typeSpec T [(field [P] (binary | (unary ~ int) (unary ~ string)) _)] x)])"#),
    SyntaxCase(#"type T[P *T,] x"#, #"(genericDeclaration type [(typeSpec T [(field [P] (star T) _)] x)])"#),
    SyntaxCase(#"type T[P (C),] x"#, #"(genericDeclaration type [(typeSpec T [(field [P] (parenthesized C) _)] x)])"#),
    SyntaxCase(
      #"type T[P interface{}] x"#, #"(genericDeclaration type [(typeSpec T [(field [P] (interfaceType []) _)] x)])"#),
    SyntaxCase(#"type T[P []int] x"#, #"(genericDeclaration type [(typeSpec T [(field [P] (arrayType _ int) _)] x)])"#),
    SyntaxCase(
      #"type T[P func(P)] x"#,
      #"(genericDeclaration type [(typeSpec T [(field [P] (functionType [] [(field [] P _)] []) _)] x)])"#),
    SyntaxCase(
      #"type T[P *C | []D] x"#,
      #"(genericDeclaration type [(typeSpec T [(field [P] (binary | (star C) (arrayType _ D)) _)] x)])"#),
    SyntaxCase(#"type T [N]int"#, #"(genericDeclaration type [(typeSpec T [] (arrayType N int))])"#),
    SyntaxCase(#"type T [N * C]int"#, #"(genericDeclaration type [(typeSpec T [] (arrayType (binary * N C) int))])"#),
    SyntaxCase(#"type T [N(C)]int"#, #"(genericDeclaration type [(typeSpec T [] (arrayType (call N [C]) int))])"#),
    SyntaxCase(#"type T []int"#, #"(genericDeclaration type [(typeSpec T [] (arrayType _ int))])"#),
    SyntaxCase(
      #"type A[P any] = []P"#, #"(genericDeclaration type [(typeSpec alias A [(field [P] any _)] (arrayType _ P))])"#),
    SyntaxCase(#"func f()"#, #"(functionDeclaration [] f (functionType [] [] []) _)"#),
    SyntaxCase(#"func f() {}"#, #"(functionDeclaration [] f (functionType [] [] []) (block []))"#),
    SyntaxCase(
      #"func f(a, b int, c ...string) (x int, err error) { return }"#,
      #"(functionDeclaration [] f (functionType [] [(field [a b] int _) (field [c] (ellipsis string) _)] [(field [x] int _) (field [err] error _)]) (block [(returnStatement [])]))"#
    ),
    SyntaxCase(#"func (r T) m() {}"#, #"(functionDeclaration [(field [r] T _)] m (functionType [] [] []) (block []))"#),
    SyntaxCase(
      #"func (r *T[P]) m(x P) {}"#,
      #"(functionDeclaration [(field [r] (star (index T [P])) _)] m (functionType [] [(field [x] P _)] []) (block []))"#
    ),
    SyntaxCase(
      #"func (*T[_, Q]) m() {}"#,
      #"(functionDeclaration [(field [] (star (index T [_ Q])) _)] m (functionType [] [] []) (block []))"#),
    SyntaxCase(
      #"func (T) m[P any](x P) {}"#,
      #"(functionDeclaration [(field [] T _)] m (functionType [(field [P] any _)] [(field [x] P _)] []) (block []))"#),
    SyntaxCase(
      #"func f[P any, Q ~int | string](p P) Q"#,
      #"(functionDeclaration [] f (functionType [(field [P] any _) (field [Q] (binary | (unary ~ int) string) _)] [(field [p] P _)] [(field [] Q _)]) _)"#
    ),
    SyntaxCase(
      #"func f[P interface{ ~[]E }, E any](p P) E { var z E; return z }"#,
      #"(functionDeclaration [] f (functionType [(field [P] (interfaceType [(field [] (unary ~ (arrayType _ E)) _)]) _) (field [E] any _)] [(field [p] P _)] [(field [] E _)]) (block [(declarationStatement (genericDeclaration var [(valueSpec [z] E [])])) (returnStatement [z])]))"#
    ),
    SyntaxCase(
      #"func f(g func(int) string, a [4]T, m map[K]V)"#,
      #"(functionDeclaration [] f (functionType [] [(field [g] (functionType [] [(field [] int _)] [(field [] string _)]) _) (field [a] (arrayType 4 T) _) (field [m] (mapType K V) _)] []) _)"#
    ),
    SyntaxCase(
      #"func f(a [N]T, b []T, c p.T, d *T)"#,
      #"(functionDeclaration [] f (functionType [] [(field [a] (arrayType N T) _) (field [b] (arrayType _ T) _) (field [c] (selector p T) _) (field [d] (star T) _)] []) _)"#
    ),
    SyntaxCase(
      #"func f([N]T, G[int], p.G[int], []T)"#,
      #"(functionDeclaration [] f (functionType [] [(field [] (arrayType N T) _) (field [] (index G [int]) _) (field [] (index (selector p G) [int]) _) (field [] (arrayType _ T) _)] []) _)"#
    ),
    SyntaxCase(
      #"func _() (_ [2]int)"#, #"(functionDeclaration [] _ (functionType [] [] [(field [_] (arrayType 2 int) _)]) _)"#),
    SyntaxCase(#"type T [p.N]int"#, #"(genericDeclaration type [(typeSpec T [] (arrayType (selector p N) int))])"#),
    SyntaxCase(#"type T [2*N]int"#, #"(genericDeclaration type [(typeSpec T [] (arrayType (binary * 2 N) int))])"#),
    SyntaxCase(
      #"type T [len("ab")]int"#, #"(genericDeclaration type [(typeSpec T [] (arrayType (call len ["ab"]) int))])"#),
  ]

  @Test(arguments: cases)
  func hasTheTree(_ example: SyntaxCase) {
    #expect(parsedDeclaration(example.source) == example.tree)
  }
}
