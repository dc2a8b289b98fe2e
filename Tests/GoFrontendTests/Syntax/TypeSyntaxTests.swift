import Testing

@testable import GoFrontend

/// The tree of each form of a type: what `dump` prints, checked once against Go's own parser.
struct TypeSyntaxTests {
  static let cases = [
    SyntaxCase(#"T"#, #"T"#),
    SyntaxCase(#"pkg.T"#, #"(selector pkg T)"#),
    SyntaxCase(#"*T"#, #"(star T)"#),
    SyntaxCase(#"[]T"#, #"(arrayType _ T)"#),
    SyntaxCase(#"[N * 2]T"#, #"(arrayType (binary * N 2) T)"#),
    SyntaxCase(#"map[K][]V"#, #"(mapType K (arrayType _ V))"#),
    SyntaxCase(#"chan T"#, #"(channelType T)"#),
    SyntaxCase(#"chan<- T"#, #"(channelType send T)"#),
    SyntaxCase(#"<-chan T"#, #"(channelType receive T)"#),
    SyntaxCase(#"chan (<-chan T)"#, #"(channelType (parenthesized (channelType receive T)))"#),
    SyntaxCase(#"chan<- chan T"#, #"(channelType send (channelType T))"#),
    SyntaxCase(#"func()"#, #"(functionType [] [] [])"#),
    SyntaxCase(#"func(T) R"#, #"(functionType [] [(field [] T _)] [(field [] R _)])"#),
    SyntaxCase(
      #"func(a, b T, c ...R) (x, y int)"#,
      #"(functionType [] [(field [a b] T _) (field [c] (ellipsis R) _)] [(field [x y] int _)])"#),
    SyntaxCase(
      #"func(pkg.T, []R) (int, error)"#,
      #"(functionType [] [(field [] (selector pkg T) _) (field [] (arrayType _ R) _)] [(field [] int _) (field [] error _)])"#
    ),
    SyntaxCase(
      #"func(a func(b int) int) func()"#,
      #"(functionType [] [(field [a] (functionType [] [(field [b] int _)] [(field [] int _)]) _)] [(field [] (functionType [] [] []) _)])"#
    ),
    SyntaxCase(#"struct{}"#, #"(structType [])"#),
    SyntaxCase(
      #"struct{ a, b int; c string `t`; D; *E; p.F; *p.G "u"; H[int]; p.I[int, T] }"#,
      #"(structType [(field [a b] int _) (field [c] string `t`) (field [] D _) (field [] (star E) _) (field [] (selector p F) _) (field [] (star (selector p G)) "u") (field [] (index H [int]) _) (field [] (index (selector p I) [int T]) _)])"#
    ),
    SyntaxCase(
      #"struct{ a [N]T; b []T; C[T] }"#,
      #"(structType [(field [a] (arrayType N T) _) (field [b] (arrayType _ T) _) (field [] (index C [T]) _)])"#),
    SyntaxCase(#"interface{}"#, #"(interfaceType [])"#),
    SyntaxCase(
      #"interface{ M(); N(a int) error; E; p.F }"#,
      #"(interfaceType [(field [M] (functionType [] [] []) _) (field [N] (functionType [] [(field [a] int _)] [(field [] error _)]) _) (field [] E _) (field [] (selector p F) _)])"#
    ),
    SyntaxCase(
      #"interface{ ~int | ~string; comparable }"#,
      #"(interfaceType [(field [] (binary | (unary ~ int) (unary ~ string)) _) (field [] comparable _)])"#),
    SyntaxCase(
      #"interface{ *T | []int; M() }"#,
      #"(interfaceType [(field [] (binary | (star T) (arrayType _ int)) _) (field [M] (functionType [] [] []) _)])"#),
    SyntaxCase(
      #"interface{ G[int]; p.G[K, V] }"#,
      #"(interfaceType [(field [] (index G [int]) _) (field [] (index (selector p G) [K V]) _)])"#),
    SyntaxCase(#"G[int]"#, #"(index G [int])"#),
    SyntaxCase(#"p.G[K, map[string]V]"#, #"(index (selector p G) [K (mapType string V)])"#),
    SyntaxCase(#"(T)"#, #"(parenthesized T)"#),
    SyntaxCase(#"[]func() (int, error)"#, #"(arrayType _ (functionType [] [] [(field [] int _) (field [] error _)]))"#),
  ]

  @Test(arguments: cases)
  func hasTheTree(_ example: SyntaxCase) {
    #expect(parsedType(example.source) == example.tree)
  }
}
