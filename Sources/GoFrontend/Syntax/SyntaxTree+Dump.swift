/// A tree as text, for tests and for the comparison with Go's own parser (`Benchmarks/syntax.sh`).
extension SyntaxTree {
  /// The declarations, one a line: `(kind children…)`, lists in brackets, `_` for an absent node. With `places`, a node
  /// carries its offsets, a literal its kind instead of its text, and the starts of all comments follow. It recurses as
  /// deep as the tree is.
  func dump(places: Bool) -> String {
    var dumper = SyntaxDumper(tree: self, places: places)
    dumper.file()
    return String(decoding: dumper.output, as: UTF8.self)
  }

  /// One node as `dump(places:)` writes it.
  func dump(_ id: NodeID, places: Bool = false) -> String {
    var dumper = SyntaxDumper(tree: self, places: places)
    dumper.node(id)
    return String(decoding: dumper.output, as: UTF8.self)
  }
}

/// Writes nodes as text.
private struct SyntaxDumper {
  let tree: SyntaxTree
  let places: Bool
  var output: [UInt8] = []

  mutating func write(_ text: some StringProtocol) { output.append(contentsOf: text.utf8) }

  mutating func file() {
    node(tree.packageName)
    for declaration in tree.declarations {
      write("\n")
      node(declaration)
    }
    write("\n")
    if places {
      write("comments")
      for comment in tree.comments { write(" \(comment.start)") }
      write("\n")
    }
  }

  private mutating func mark(_ text: String) { write(" " + text) }

  private mutating func child(_ id: Int32) { child(NodeID(id)) }

  private mutating func child(_ id: NodeID) {
    write(" ")
    node(id)
  }

  private mutating func list(_ index: Int32) { list(tree.list(index)) }

  private mutating func list(_ nodes: NodeList) {
    write(" [")
    for (position, id) in nodes.enumerated() {
      if position > 0 { write(" ") }
      node(id)
    }
    write("]")
  }

  mutating func node(_ id: NodeID) {
    if id.isNone { return write("_") }
    let node = tree[id]
    if !places {
      switch node.kind {
      case .identifier, .basicLiteral: return write(tree.text(id))
      case .bad: return write("(bad)")
      default: break
      }
    }
    write("(\(node.kind)")
    // The place of an empty statement says nothing: it may stand for a semicolon that is not there.
    if places && node.kind != .emptyStatement { write("@\(node.start)-\(node.end)") }
    if node.kind.rawValue < NodeKind.declarationStatement.rawValue {
      expression(id, node)
    } else if node.kind.rawValue < NodeKind.genericDeclaration.rawValue {
      statement(id, node)
    } else {
      declaration(id, node)
    }
    write(")")
  }

  private mutating func expression(_ id: NodeID, _ node: Node) {
    switch node.kind {
    case .identifier: mark(tree.text(id))
    case .basicLiteral: mark("\(node.token)")
    case .compositeLiteral, .index, .call:
      child(node.a)
      list(node.b)
      if node.flags.contains(.hasEllipsis) { mark("...") }
    case .keyValue, .functionLiteral, .selector, .typeAssertion, .arrayType, .mapType:
      child(node.a)
      child(node.b)
    case .parenthesized, .star, .ellipsis: child(node.a)
    case .slice:
      child(node.a)
      let bounds = tree.slice(id)
      child(bounds.low)
      child(bounds.high)
      child(bounds.max)
      if node.flags.contains(.threeIndex) { mark("threeIndex") }
    case .unary:
      mark(node.token.spelling)
      child(node.a)
    case .binary:
      mark(node.token.spelling)
      child(node.a)
      child(node.b)
    case .structType, .interfaceType: list(node.a)
    case .field:
      let field = tree.field(id)
      list(field.names)
      child(field.type)
      child(field.tag)
    case .functionType:
      let type = tree.functionType(id)
      list(type.typeParameters)
      list(type.parameters)
      list(type.results)
    case .channelType:
      if node.flags.contains(.sendOnly) { mark("send") }
      if node.flags.contains(.receiveOnly) { mark("receive") }
      child(node.a)
    default: break
    }
  }

  private mutating func statement(_ id: NodeID, _ node: Node) {
    switch node.kind {
    case .declarationStatement, .expressionStatement, .goStatement, .deferStatement: child(node.a)
    case .labeledStatement, .sendStatement:
      child(node.a)
      child(node.b)
    case .incDecStatement, .branchStatement:
      mark(node.token.spelling)
      child(node.a)
    case .assignStatement:
      mark(node.token.spelling)
      list(node.a)
      list(node.b)
    case .returnStatement, .block, .selectStatement: list(node.a)
    case .ifStatement:
      let statement = tree.ifStatement(id)
      child(statement.initializer)
      child(statement.condition)
      child(statement.body)
      child(statement.otherwise)
    case .caseClause:
      list(node.a)
      list(node.b)
    case .switchStatement:
      let statement = tree.switchStatement(id)
      child(statement.initializer)
      child(statement.tag)
      list(statement.clauses)
    case .typeSwitchStatement:
      let statement = tree.typeSwitchStatement(id)
      child(statement.initializer)
      child(statement.bound)
      child(statement.operand)
      list(statement.clauses)
    case .communicationClause:
      child(node.a)
      list(node.b)
    case .forStatement:
      let statement = tree.forStatement(id)
      child(statement.initializer)
      child(statement.condition)
      child(statement.post)
      child(statement.body)
    case .rangeStatement:
      let statement = tree.rangeStatement(id)
      if node.token != .none { mark(node.token.spelling) }
      child(statement.key)
      child(statement.value)
      child(statement.operand)
      child(statement.body)
    default: break
    }
  }

  private mutating func declaration(_ id: NodeID, _ node: Node) {
    switch node.kind {
    case .genericDeclaration:
      mark(node.token.spelling)
      if node.flags.contains(.isParenthesized) { mark("parenthesized") }
      list(node.a)
    case .importSpec:
      child(node.a)
      child(node.b)
    case .valueSpec:
      let spec = tree.valueSpec(id)
      list(spec.names)
      child(spec.type)
      list(spec.values)
    case .typeSpec:
      let spec = tree.typeSpec(id)
      if spec.isAlias { mark("alias") }
      child(spec.name)
      list(spec.typeParameters)
      child(spec.type)
    case .functionDeclaration:
      let function = tree.functionDeclaration(id)
      list(function.receiver)
      child(function.name)
      child(function.type)
      child(function.body)
    default: break
    }
  }
}
