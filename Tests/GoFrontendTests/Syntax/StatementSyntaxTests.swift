import Testing

@testable import GoFrontend

/// The tree of each form of statements: what `dump` prints, checked once against Go's own parser.
struct StatementSyntaxTests {
  static let cases = [
    SyntaxCase(#"x = 1"#, #"(assignStatement = [x] [1])"#),
    SyntaxCase(#"a, b := f()"#, #"(assignStatement := [a b] [(call f [])])"#),
    SyntaxCase(
      #"x += 1; y &^= 2; z <<= 3"#,
      #"(assignStatement += [x] [1]) (assignStatement &^= [y] [2]) (assignStatement <<= [z] [3])"#),
    SyntaxCase(#"x++"#, #"(incDecStatement ++ x)"#),
    SyntaxCase(#"y--"#, #"(incDecStatement -- y)"#),
    SyntaxCase(#"c <- v"#, #"(sendStatement c v)"#),
    SyntaxCase(#"f()"#, #"(expressionStatement (call f []))"#),
    SyntaxCase(#"<-c"#, #"(expressionStatement (unary <- c))"#),
    SyntaxCase(#";"#, #"(emptyStatement)"#),
    SyntaxCase(#"{ x() }"#, #"(block [(expressionStatement (call x []))])"#),
    SyntaxCase(#"go f()"#, #"(goStatement (call f []))"#),
    SyntaxCase(
      #"defer func() {}()"#, #"(deferStatement (call (functionLiteral (functionType [] [] []) (block [])) []))"#),
    SyntaxCase(#"return"#, #"(returnStatement [])"#),
    SyntaxCase(#"return a, b"#, #"(returnStatement [a b])"#),
    SyntaxCase(
      #"L: for { break L }"#, #"(labeledStatement L (forStatement _ _ _ (block [(branchStatement break L)])))"#),
    SyntaxCase(#"L: {}"#, #"(labeledStatement L (block []))"#),
    SyntaxCase(#"for { continue }"#, #"(forStatement _ _ _ (block [(branchStatement continue _)]))"#),
    SyntaxCase(#"goto L"#, #"(branchStatement goto L)"#),
    SyntaxCase(#"if a {}"#, #"(ifStatement _ a (block []) _)"#),
    SyntaxCase(#"if a {} else {}"#, #"(ifStatement _ a (block []) (block []))"#),
    SyntaxCase(
      #"if x := f(); x {} else if y {} else {}"#,
      #"(ifStatement (assignStatement := [x] [(call f [])]) x (block []) (ifStatement _ y (block []) (block [])))"#),
    SyntaxCase(
      #"if (T{}) == x {}"#, #"(ifStatement _ (binary == (parenthesized (compositeLiteral T [])) x) (block []) _)"#),
    SyntaxCase(#"if f(T{}) {}"#, #"(ifStatement _ (call f [(compositeLiteral T [])]) (block []) _)"#),
    SyntaxCase(
      #"if x == (T{1}) {}"#, #"(ifStatement _ (binary == x (parenthesized (compositeLiteral T [1]))) (block []) _)"#),
    SyntaxCase(
      #"if _, ok := m[K{1}]; ok {}"#,
      #"(ifStatement (assignStatement := [_ ok] [(index m [(compositeLiteral K [1])])]) ok (block []) _)"#),
    SyntaxCase(
      #"for i := 0; i < n; i++ {}"#,
      #"(forStatement (assignStatement := [i] [0]) (binary < i n) (incDecStatement ++ i) (block []))"#),
    SyntaxCase(#"for ;; {}"#, #"(forStatement _ _ _ (block []))"#),
    SyntaxCase(#"for a {}"#, #"(forStatement _ a _ (block []))"#),
    SyntaxCase(#"for ; a; {}"#, #"(forStatement _ a _ (block []))"#),
    SyntaxCase(#"for range x {}"#, #"(rangeStatement _ _ x (block []))"#),
    SyntaxCase(#"for i := range 10 {}"#, #"(rangeStatement := i _ 10 (block []))"#),
    SyntaxCase(#"for k, v := range m {}"#, #"(rangeStatement := k v m (block []))"#),
    SyntaxCase(#"for k = range m {}"#, #"(rangeStatement = k _ m (block []))"#),
    SyntaxCase(
      #"for range func(yield func() bool) {} {}"#,
      #"(rangeStatement _ _ (functionLiteral (functionType [] [(field [yield] (functionType [] [] [(field [] bool _)]) _)] []) (block [])) (block []))"#
    ),
    SyntaxCase(
      #"for i := range []T{{1}} {}"#,
      #"(rangeStatement := i _ (compositeLiteral (arrayType _ T) [(compositeLiteral _ [1])]) (block []))"#),
    SyntaxCase(#"switch {}"#, #"(switchStatement _ _ [])"#),
    SyntaxCase(#"switch x {}"#, #"(switchStatement _ x [])"#),
    SyntaxCase(
      #"switch x := f(); x { case 1, 2: a(); fallthrough; default: b() }"#,
      #"(switchStatement (assignStatement := [x] [(call f [])]) x [(caseClause [1 2] [(expressionStatement (call a [])) (branchStatement fallthrough _)]) (caseClause [] [(expressionStatement (call b []))])])"#
    ),
    SyntaxCase(#"switch x := f(); {}"#, #"(switchStatement (assignStatement := [x] [(call f [])]) _ [])"#),
    SyntaxCase(#"switch { case a > b: }"#, #"(switchStatement _ _ [(caseClause [(binary > a b)] [])])"#),
    SyntaxCase(#"switch x.(type) {}"#, #"(typeSwitchStatement _ _ x [])"#),
    SyntaxCase(
      #"switch v := x.(type) { case nil: case int, *T: a(); case func(), map[string]int, []T, chan int: default: }"#,
      #"(typeSwitchStatement _ v x [(caseClause [nil] []) (caseClause [int (star T)] [(expressionStatement (call a []))]) (caseClause [(functionType [] [] []) (mapType string int) (arrayType _ T) (channelType int)] []) (caseClause [] [])])"#
    ),
    SyntaxCase(#"switch y := 1; v := x.(type) {}"#, #"(typeSwitchStatement (assignStatement := [y] [1]) v x [])"#),
    SyntaxCase(#"select {}"#, #"(selectStatement [])"#),
    SyntaxCase(
      #"select { case v := <-c: a(); case v, ok = <-c: case c <- v: case <-c: default: b() }"#,
      #"(selectStatement [(communicationClause (assignStatement := [v] [(unary <- c)]) [(expressionStatement (call a []))]) (communicationClause (assignStatement = [v ok] [(unary <- c)]) []) (communicationClause (sendStatement c v) []) (communicationClause (expressionStatement (unary <- c)) []) (communicationClause _ [(expressionStatement (call b []))])])"#
    ),
    SyntaxCase(
      #"var x, y int = 1, 2"#, #"(declarationStatement (genericDeclaration var [(valueSpec [x y] int [1 2])]))"#),
    SyntaxCase(#"const a = iota"#, #"(declarationStatement (genericDeclaration const [(valueSpec [a] _ [iota])]))"#),
    SyntaxCase(
      #"type T struct{}"#, #"(declarationStatement (genericDeclaration type [(typeSpec T [] (structType []))]))"#),
    SyntaxCase(#"type A = B"#, #"(declarationStatement (genericDeclaration type [(typeSpec alias A [] B)]))"#),
    SyntaxCase(
      #"x := struct{ a int }{1}"#,
      #"(assignStatement := [x] [(compositeLiteral (structType [(field [a] int _)]) [1])])"#),
    SyntaxCase(
      #"for _, x := range [...]int{1} { f(x) }"#,
      #"(rangeStatement := _ x (compositeLiteral (arrayType (ellipsis _) int) [1]) (block [(expressionStatement (call f [x]))]))"#
    ),
    SyntaxCase(
      #"if x := []int{1}; len(x) > 0 {}"#,
      #"(ifStatement (assignStatement := [x] [(compositeLiteral (arrayType _ int) [1])]) (binary > (call len [x]) 0) (block []) _)"#
    ),
    SyntaxCase(
      #"switch (struct{}{}) { case T{}: }"#,
      #"(switchStatement _ (parenthesized (compositeLiteral (structType []) [])) [(caseClause [(compositeLiteral T [])] [])])"#
    ),
    SyntaxCase(
      #"L: ; M: x()"#, #"(labeledStatement L (emptyStatement)) (labeledStatement M (expressionStatement (call x [])))"#),
    SyntaxCase(
      #"if f := func() bool { return T{} == x }; f() {}"#,
      #"(ifStatement (assignStatement := [f] [(functionLiteral (functionType [] [] [(field [] bool _)]) (block [(returnStatement [(binary == (compositeLiteral T []) x)])]))]) (call f []) (block []) _)"#
    ),
  ]

  @Test(arguments: cases)
  func hasTheTree(_ example: SyntaxCase) {
    #expect(parsedStatements(example.source) == example.tree)
  }
}
