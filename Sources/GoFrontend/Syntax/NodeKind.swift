/// The kinds of nodes of a Go syntax tree, with the meaning of a node's operands `a` and `b`.
///
/// "node" is a `NodeID`, 0 where absent; "list" is an index into `SyntaxTree.extra` where a count stands, followed by that many nodes, 0 where absent;
/// "record" is an index into `SyntaxTree.extra` where the named words stand one after the other.
enum NodeKind: UInt8 {
  /// Node 0, and what could not be parsed.
  case bad

  // Expressions
  /// a: the interned `Name`.
  case identifier
  /// token: the literal's kind (int, float, imaginary, char, string). The text is the source's.
  case basicLiteral
  /// a: type node or 0, b: list of elements.
  case compositeLiteral
  /// a: key node, b: value node.
  case keyValue
  /// a: functionType node, b: block node.
  case functionLiteral
  /// a: node.
  case parenthesized
  /// a: operand node, b: identifier node.
  case selector
  /// a: operand node, b: list of indices; several or types among them mean an instantiation.
  case index
  /// a: operand node, b: record low, high, max (nodes or 0). Flag `threeIndex`.
  case slice
  /// a: operand node, b: type node, 0 for `.(type)`.
  case typeAssertion
  /// a: function node, b: list of arguments. Flag `hasEllipsis`.
  case call
  /// a: node. A dereference or a pointer type.
  case star
  /// token: operator; a: node. `~T` and `<-c` among them.
  case unary
  /// token: operator; a, b: nodes. A union `A | B` among them.
  case binary

  // Types
  /// a: element node; in a parameter list or as the length of `[...]T` (then 0).
  case ellipsis
  /// a: length node (0 for a slice), b: element node.
  case arrayType
  /// a: list of field nodes.
  case structType
  /// A field, parameter, result, receiver, type parameter or interface method: a: record type node, tag node (or 0), list of identifier nodes (0 when
  /// embedded or unnamed).
  case field
  /// a: record type parameters (list), parameters (list), results (list), all of field nodes.
  case functionType
  /// a: list of field nodes: a method has a name and a functionType; an embedded type or union has no name.
  case interfaceType
  /// a: key node, b: value node.
  case mapType
  /// token: `arrow` with flag `sendOnly` or `receiveOnly`; a: element node.
  case channelType

  // Statements
  /// a: genericDeclaration node.
  case declarationStatement
  case emptyStatement
  /// a: identifier node, b: statement node.
  case labeledStatement
  /// a: expression node.
  case expressionStatement
  /// a: channel node, b: value node.
  case sendStatement
  /// token: `++` or `--`; a: node.
  case incDecStatement
  /// token: `=`, `:=`, `+=` …; a: list of left nodes, b: list of right nodes.
  case assignStatement
  /// a: call node.
  case goStatement
  /// a: call node.
  case deferStatement
  /// a: list of results.
  case returnStatement
  /// token: break, continue, goto, fallthrough; a: identifier node or 0.
  case branchStatement
  /// a: list of statements.
  case block
  /// a: record init, condition, then block, else statement (nodes or 0).
  case ifStatement
  /// a: list of expressions or types (0 for default), b: list of statements.
  case caseClause
  /// a: record init, tag, list of caseClause nodes.
  case switchStatement
  /// a: record init, identifier node bound (or 0), operand node, list of caseClause nodes.
  case typeSwitchStatement
  /// a: communication statement (0 for default), b: list of statements.
  case communicationClause
  /// a: list of communicationClause nodes.
  case selectStatement
  /// a: record init, condition, post, block (nodes or 0).
  case forStatement
  /// token: `:=`, `=` or none; a: record key, value, operand, block (nodes or 0).
  case rangeStatement

  // Declarations
  /// token: import, const, type, var; a: list of specs. Flag `isParenthesized`.
  case genericDeclaration
  /// a: identifier node or 0, b: basicLiteral node.
  case importSpec
  /// a: record list of identifier nodes, type node, list of values, iota. A const spec without values repeats the one before: the type checker does that.
  case valueSpec
  /// a: record identifier node, list of type parameter fields, type node. Flag `isAlias`.
  case typeSpec
  /// a: record list of receiver fields (0 for a function), identifier node, functionType node, block node or 0.
  case functionDeclaration
}
