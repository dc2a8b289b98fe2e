extension Parser {
  /// An expression; types are expressions where the grammar allows both.
  mutating func expression() -> NodeID {
    guard enter() else { return bad() }
    defer { leave() }
    let outerChain = chain
    chain = 0
    let left = unaryExpression()
    let result = binaryExpression(from: left, minimum: 1)
    chain = max(chain, outerChain)
    return result
  }

  mutating func expressionList() -> Int32 {
    let mark = scratch.count
    repeat {
      let item = expression()
      scratch.append(item.rawValue)
    } while take(.comma)
    return list(since: mark)
  }

  /// Operators of at least the given precedence behind `left`. Recursion goes only to a higher precedence, so at most five levels deep.
  mutating func binaryExpression(from left: NodeID, minimum: Int) -> NodeID {
    var left = left
    while true {
      let precedence = token.precedence
      if precedence < minimum { return left }
      guard extendChain() else { return left }
      let operation = token
      let leftChain = chain
      chain = 0
      advance()
      let operand = unaryExpression()
      let right = binaryExpression(from: operand, minimum: precedence + 1)
      chain = max(chain, leftChain)
      left = add(.binary, startOf(left), token: operation, left.rawValue, right.rawValue)
    }
  }

  /// One more link of the chain that ends here. False, after a message, when it is one too many.
  mutating func extendChain() -> Bool {
    chain += 1
    if chain <= Self.maximumChain { return true }
    abandon()
    return false
  }

  private mutating func unaryExpression() -> NodeID {
    let first = start
    switch token {
    case .add, .sub, .not, .xor, .and, .tilde:
      guard enter() else { return bad() }
      defer { leave() }
      let operation = token
      advance()
      let operand = unaryExpression()
      return add(.unary, first, token: operation, operand.rawValue)
    case .arrow:
      guard enter() else { return bad() }
      defer { leave() }
      advance()
      let operand = unaryExpression()
      if kind(operand) == .channelType { return receiveChannel(operand, from: first) }
      return add(.unary, first, token: .arrow, operand.rawValue)
    case .mul:
      guard enter() else { return bad() }
      defer { leave() }
      advance()
      let operand = unaryExpression()
      return add(.star, first, operand.rawValue)
    default:
      let operand = operand()
      return primaryExpression(from: operand)
    }
  }

  /// `<-` in front of a channel type belongs to the nearest `chan`: `<-chan T` is a type, and `<-chan<- chan T` is `<-chan (<-chan T)`.
  private mutating func receiveChannel(_ channel: NodeID, from first: Int) -> NodeID {
    let index = Int(channel.rawValue)
    var node = nodes[index]
    node.start = UInt32(first)
    if node.flags.contains(.sendOnly) {
      let element = NodeID(node.a)
      if kind(element) == .channelType {
        // The arrow that now belongs to the element stands right before it.
        var arrow = startOf(element)
        while arrow > first && source.bytes[arrow] != UInt8(ascii: "<") { arrow -= 1 }
        node.a = receiveChannel(element, from: arrow).rawValue
      } else {
        report(startOf(element), "expected a channel type behind '<-chan<-'")
      }
    } else if node.flags.contains(.receiveOnly) {
      report(first, "expected 'chan' behind '<-', found another '<-'")
    }
    node.flags.remove(.sendOnly)
    node.flags.insert(.receiveOnly)
    nodes[index] = node
    return channel
  }

  private mutating func operand() -> NodeID {
    let first = start
    switch token {
    case .identifier: return identifier()
    case .int, .float, .imaginary, .char, .string:
      let literal = token
      advance()
      return add(.basicLiteral, first, token: literal)
    case .leftParen:
      guard enter() else { return bad() }
      defer { leave() }
      advance()
      let level = expressionLevel
      expressionLevel = max(0, level) + 1
      let inner = expression()
      expressionLevel = level
      expect(.rightParen, "after the expression")
      return add(.parenthesized, first, inner.rawValue)
    case .funcKeyword:
      guard enter() else { return bad() }
      defer { leave() }
      advance()
      let type = signature(from: first, typeParameters: 0)
      guard token == .leftBrace else { return type }
      let level = expressionLevel
      expressionLevel = 0
      let body = block()
      expressionLevel = level
      return add(.functionLiteral, first, type.rawValue, body.rawValue)
    default:
      if token != .identifier, let type = tryType() { return type }
      reportUnexpected("an expression")
      let bad = bad()
      switch token {
      case .illegal, .assign, .define, .colon, .period, .ellipsis: advance()
      default: break
      }
      return bad
    }
  }

  /// Selectors, indices, calls, assertions and literals behind an operand.
  mutating func primaryExpression(from operand: NodeID) -> NodeID {
    var expression = operand
    let first = startOf(operand)
    while true {
      switch token {
      case .period:
        guard extendChain() else { return expression }
        advance()
        if take(.leftParen) {
          var asserted = NodeID.none
          if !take(.typeKeyword) { asserted = type() }
          expect(.rightParen, "after the type assertion")
          expression = add(.typeAssertion, first, expression.rawValue, asserted.rawValue)
        } else {
          let selected = identifier()
          expression = add(.selector, first, expression.rawValue, selected.rawValue)
        }
      case .leftBracket, .leftParen, .leftBrace:
        if token == .leftBrace && !isLiteralType(expression) { return expression }
        guard extendChain() else { return expression }
        let operandChain = chain
        chain = 0
        switch token {
        case .leftBracket: expression = indexOrSlice(expression, from: first)
        case .leftParen: expression = call(expression, from: first)
        default: expression = literalValue(of: expression, from: first)
        }
        chain = max(chain, operandChain)
      default: return expression
      }
      if isAbandoned { return expression }
    }
  }

  /// Whether `{` behind this is a composite literal. In the head of a control statement it is not, unless the type cannot be taken for an expression.
  private func isLiteralType(_ id: NodeID) -> Bool {
    let node = nodes[Int(id.rawValue)]
    switch node.kind {
    case .arrayType, .structType, .mapType: return true
    case .identifier: return expressionLevel >= 0
    case .selector: return expressionLevel >= 0 && kind(NodeID(node.a)) == .identifier
    case .index:
      let base = nodes[Int(node.a)]
      return expressionLevel >= 0
        && (base.kind == .identifier || (base.kind == .selector && kind(NodeID(base.a)) == .identifier))
    default: return false
    }
  }

  private mutating func indexOrSlice(_ operand: NodeID, from first: Int) -> NodeID {
    guard enter() else { return operand }
    defer { leave() }
    advance()
    let level = expressionLevel
    expressionLevel = max(0, level) + 1
    defer { expressionLevel = level }
    if token == .rightBracket {
      reportUnexpected("an index")
      advance()
      return add(.index, first, flags: .hasError, operand.rawValue, 0)
    }
    let mark = scratch.count
    var bounds: [NodeID] = [.none, .none, .none]
    var colons = 0
    if token != .colon { bounds[0] = expression() }
    if token == .colon {
      while token == .colon && colons < 2 {
        colons += 1
        advance()
        if token != .colon && token != .rightBracket && token != .endOfFile {
          bounds[colons] = expression()
        } else if colons == 2 || (token == .colon && colons == 1) {
          report(start, "a slice expression with two colons needs its second and third index")
        }
      }
      expect(.rightBracket, "after the slice bounds")
      let record = record(bounds[0].rawValue, bounds[1].rawValue, bounds[2].rawValue)
      return add(.slice, first, flags: colons == 2 ? .threeIndex : [], operand.rawValue, record)
    }
    scratch.append(bounds[0].rawValue)
    while take(.comma) && token != .rightBracket && token != .endOfFile {
      let next = expression()
      scratch.append(next.rawValue)
    }
    expect(.rightBracket, "after the index")
    let indices = list(since: mark)
    return add(.index, first, operand.rawValue, indices)
  }

  private mutating func call(_ function: NodeID, from first: Int) -> NodeID {
    guard enter() else { return function }
    defer { leave() }
    advance()
    let level = expressionLevel
    expressionLevel = max(0, level) + 1
    let mark = scratch.count
    var flags: Node.Flags = []
    while token != .rightParen && token != .endOfFile {
      let argument = expression()
      scratch.append(argument.rawValue)
      if take(.ellipsis) { flags = .hasEllipsis }
      if !take(.comma) { break }
    }
    expressionLevel = level
    if !expect(.rightParen, "after the arguments") { skipArguments() }
    let arguments = list(since: mark)
    return add(.call, first, flags: flags, function.rawValue, arguments)
  }

  /// After a faulty argument: to the closing parenthesis, if it stands before the end of the statement.
  private mutating func skipArguments() {
    var open = 0
    while true {
      switch token {
      case .endOfFile, .semicolon, .leftBrace, .rightBrace: return
      case .leftParen: open += 1
      case .rightParen:
        if open == 0 {
          advance()
          return
        }
        open -= 1
      default: break
      }
      advance()
    }
  }

  // MARK: Composite literals

  /// `{…}` of a literal; `type` is `.none` for an element whose type is implied.
  mutating func literalValue(of type: NodeID, from first: Int) -> NodeID {
    guard enter() else { return bad() }
    defer { leave() }
    advance()
    let level = expressionLevel
    expressionLevel = 0
    let mark = scratch.count
    while token != .rightBrace && token != .endOfFile {
      let before = start
      let element = literalElement()
      scratch.append(element.rawValue)
      if !take(.comma) {
        if token == .rightBrace { break }
        reportUnexpected("',' or '}' in the composite literal")
        if token == .semicolon && lexer.isAutomatic {
          advance()
        } else if start == before {
          advance()
        }
      }
    }
    expressionLevel = level
    expect(.rightBrace, "after the elements")
    let elements = list(since: mark)
    return add(.compositeLiteral, first, type.rawValue, elements)
  }

  private mutating func literalElement() -> NodeID {
    let first = start
    let key = elementValue()
    guard take(.colon) else { return key }
    let value = elementValue()
    return add(.keyValue, first, key.rawValue, value.rawValue)
  }

  private mutating func elementValue() -> NodeID {
    token == .leftBrace ? literalValue(of: .none, from: start) : expression()
  }
}
