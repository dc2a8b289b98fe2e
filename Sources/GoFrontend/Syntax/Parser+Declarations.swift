extension Parser {
  mutating func topLevelDeclaration() -> NodeID {
    let declaration: NodeID
    isInDeclaration = true
    switch token {
    case .importKeyword, .constKeyword, .typeKeyword, .varKeyword: declaration = genericDeclaration()
    case .funcKeyword: declaration = functionDeclaration()
    case .semicolon:
      isInDeclaration = false
      advance()
      return .none
    default:
      isInDeclaration = false
      reportUnexpected("a declaration")
      skipToDeclaration()
      return .none
    }
    isInDeclaration = false
    if !isAbandoned {
      if token == .semicolon {
        advance()
      } else if token != .endOfFile {
        reportUnexpected("a line end or ';' after the declaration")
        skipToDeclaration()
      }
    }
    return declaration
  }

  private mutating func skipToDeclaration() {
    while true {
      switch token {
      case .endOfFile: return
      case .funcKeyword, .typeKeyword, .varKeyword, .constKeyword, .importKeyword:
        if start == 0 || source.bytes[start - 1] == 0x0A { return }
      default: break
      }
      advance()
    }
  }

  /// `import`, `const`, `type` or `var`, alone or in parentheses.
  mutating func genericDeclaration() -> NodeID {
    let first = start
    let keyword = token
    advance()
    let mark = scratch.count
    var flags: Node.Flags = []
    if take(.leftParen) {
      flags = .isParenthesized
      var iota: Int32 = 0
      while token != .rightParen && token != .endOfFile {
        let before = start
        let spec = spec(keyword, iota: iota)
        scratch.append(spec.rawValue)
        iota += 1
        expectSemicolon("after this declaration")
        if start == before && token != .endOfFile { advance() }
      }
      expect(.rightParen, "after the declarations")
    } else {
      let spec = spec(keyword, iota: 0)
      scratch.append(spec.rawValue)
    }
    let specs = list(since: mark)
    return add(.genericDeclaration, first, token: keyword, flags: flags, specs)
  }

  private mutating func spec(_ keyword: Token, iota: Int32) -> NodeID {
    switch keyword {
    case .importKeyword: importSpec()
    case .typeKeyword: typeSpec()
    default: valueSpec(keyword, iota: iota)
    }
  }

  private mutating func importSpec() -> NodeID {
    let first = start
    var name = NodeID.none
    if token == .identifier {
      name = identifier()
    } else if token == .period {
      let dot = start
      advance()
      name = add(.identifier, dot, 0)
    }
    let path: NodeID
    if token == .string {
      let literal = start
      advance()
      path = add(.basicLiteral, literal, token: .string)
    } else {
      reportUnexpected("an import path in quotes")
      path = bad()
    }
    return add(.importSpec, first, name.rawValue, path.rawValue)
  }

  private mutating func valueSpec(_ keyword: Token, iota: Int32) -> NodeID {
    let first = start
    let names = identifierList()
    var type = NodeID.none
    if token != .assign && token != .semicolon && token != .rightParen && token != .endOfFile { type = self.type() }
    let values = take(.assign) ? expressionList() : 0
    if values == 0 && type.isNone && keyword == .varKeyword { reportUnexpected("a type or '=' after the name") }
    let record = record(names, type.rawValue, values, iota)
    return add(.valueSpec, first, record)
  }

  mutating func identifierList() -> Int32 {
    let mark = scratch.count
    repeat {
      let name = identifier()
      scratch.append(name.rawValue)
    } while take(.comma)
    return list(since: mark)
  }

  private mutating func typeSpec() -> NodeID {
    let first = start
    let name = identifier()
    var parameters: Int32 = 0
    var type = NodeID.none
    if token == .leftBracket {
      (parameters, type) = typeParametersOrArray()
    }
    var flags: Node.Flags = []
    if type.isNone {
      if take(.assign) { flags = .isAlias }
      type = self.type()
    }
    let record = record(name.rawValue, parameters, type.rawValue)
    return add(.typeSpec, first, flags: flags, record)
  }

  /// Behind the name of a type, `[` starts either its type parameters or an array type: `type T[P *C] …` against `type T [N * C]E`. The grammar needs more than one
  /// token to tell; as in Go's own parser, what follows is read as an expression and taken apart again when it cannot be a length.
  private mutating func typeParametersOrArray() -> (parameters: Int32, type: NodeID) {
    let bracket = start
    advance()
    guard token == .identifier else {
      if take(.rightBracket) {
        let element = type()
        return (0, add(.arrayType, bracket, 0, element.rawValue))
      }
      return (0, arrayType(from: bracket))
    }
    let name = identifier()
    var expression = name
    if token != .leftBracket {
      expressionLevel += 1
      chain = 0
      let left = primaryExpression(from: name)
      expression = binaryExpression(from: left, minimum: 1)
      expressionLevel -= 1
    }
    if let (parameter, constraint) = splitParameter(expression, isForced: token == .comma),
      !constraint.isNone || token != .rightBracket
    {
      let parameters = typeParameters(firstName: parameter, firstConstraint: constraint)
      return (parameters, .none)
    }
    expect(.rightBracket, "after the length of the array")
    let element = type()
    return (0, add(.arrayType, bracket, expression.rawValue, element.rawValue))
  }

  /// Reads an expression as a type parameter with the start of its constraint: `P *C` looks like a product, `P (C)` like a call.
  private mutating func splitParameter(_ id: NodeID, isForced: Bool) -> (name: NodeID, constraint: NodeID)? {
    let node = nodes[Int(id.rawValue)]
    switch node.kind {
    case .identifier:
      return (id, .none)
    case .binary:
      let left = NodeID(node.a)
      let right = NodeID(node.b)
      if node.token == .mul, kind(left) == .identifier, isForced || isTypeElement(right) {
        let star = offset(of: UInt8(ascii: "*"), behind: left)
        return (left, add(.star, star, end: Int(node.end), right.rawValue))
      }
      if node.token == .or, let (name, constraint) = splitParameter(left, isForced: isForced || isTypeElement(right)),
        !constraint.isNone
      {
        return (
          name, add(.binary, startOf(constraint), end: Int(node.end), token: .or, constraint.rawValue, right.rawValue)
        )
      }
    case .call:
      let function = NodeID(node.a)
      if kind(function) == .identifier, node.b != 0, extra[Int(node.b)] == 1, !node.flags.contains(.hasEllipsis) {
        let argument = NodeID(extra[Int(node.b) + 1])
        if isForced || isTypeElement(argument) {
          let parenthesis = offset(of: UInt8(ascii: "("), behind: function)
          return (function, add(.parenthesized, parenthesis, end: Int(node.end), argument.rawValue))
        }
      }
    default: break
    }
    return nil
  }

  /// Where a character stands that is known to be the next token behind a node.
  private func offset(of character: UInt8, behind id: NodeID) -> Int {
    let bytes = source.bytes
    var offset = Int(nodes[Int(id.rawValue)].end)
    // A comment may hold the character, too.
    var comment = lexer.comments.lastIndex { Int($0.start) < offset }.map { $0 + 1 } ?? 0
    while offset < bytes.count && bytes[offset] != character {
      if comment < lexer.comments.count && Int(lexer.comments[comment].start) == offset {
        offset = Int(lexer.comments[comment].end)
        comment += 1
      } else {
        offset += 1
      }
    }
    return offset
  }

  /// Whether an expression can only be a type or a union.
  private func isTypeElement(_ id: NodeID) -> Bool {
    let node = nodes[Int(id.rawValue)]
    switch node.kind {
    case .arrayType, .structType, .functionType, .interfaceType, .mapType, .channelType: return true
    case .binary: return isTypeElement(NodeID(node.a)) || isTypeElement(NodeID(node.b))
    case .unary: return node.token == .tilde
    case .parenthesized: return isTypeElement(NodeID(node.a))
    default: return false
    }
  }

  mutating func functionDeclaration() -> NodeID {
    let first = start
    advance()
    let receiver = token == .leftParen ? parameters() : 0
    let name = identifier()
    let typeStart = start
    let typeParameters = token == .leftBracket ? self.typeParameters() : 0
    let type = signature(from: typeStart, typeParameters: typeParameters)
    var body = NodeID.none
    if token == .leftBrace {
      expressionLevel += 1
      body = skipsBodies ? skippedBlock() : block()
      expressionLevel -= 1
    }
    let record = record(receiver, name.rawValue, type.rawValue, body.rawValue)
    return add(.functionDeclaration, first, record)
  }

  /// A block as if it were empty, whatever stands in it.
  private mutating func skippedBlock() -> NodeID {
    let first = start
    var level = 0
    repeat {
      if token == .leftBrace { level += 1 }
      if token == .rightBrace { level -= 1 }
      advance()
    } while level > 0 && token != .endOfFile
    return add(.block, first, 0)
  }

  /// `[P, Q any, R ~int]` behind a function's name; the bracket is still to be read.
  private mutating func typeParameters() -> Int32 {
    advance()
    if token == .rightBracket {
      report(start, "this list of type parameters is empty")
      advance()
      return 0
    }
    return typeParameters(firstName: .none, firstConstraint: .none)
  }

  /// The rest of a type parameter list, after its first name and the start of the first constraint where they are read already.
  private mutating func typeParameters(firstName: NodeID, firstConstraint: NodeID) -> Int32 {
    let mark = scratch.count
    var name = firstName
    var constraint = firstConstraint
    repeat {
      if token == .rightBracket && name.isNone { break }
      let namesMark = scratch.count
      let first = name.isNone ? start : startOf(name)
      if name.isNone { name = identifier() }
      scratch.append(name.rawValue)
      while constraint.isNone && take(.comma) {
        let next = identifier()
        scratch.append(next.rawValue)
      }
      let names = list(since: namesMark)
      let type = union(from: constraint)
      let record = record(type.rawValue, 0, names)
      let field = add(.field, first, record)
      scratch.append(field.rawValue)
      name = .none
      constraint = .none
    } while take(.comma)
    expect(.rightBracket, "after the type parameters")
    return list(since: mark)
  }
}
