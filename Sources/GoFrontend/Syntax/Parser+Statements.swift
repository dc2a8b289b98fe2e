extension Parser {
  mutating func block() -> NodeID {
    let first = start
    expect(.leftBrace, "before the statements")
    let statements = statementList()
    expect(.rightBrace, "after the statements")
    return add(.block, first, statements)
  }

  /// Statements up to `}`, `case` or `default`.
  private mutating func statementList() -> Int32 {
    guard enter() else { return 0 }
    defer { leave() }
    let mark = scratch.count
    while token != .rightBrace && token != .endOfFile && token != .caseKeyword && token != .defaultKeyword {
      let before = start
      let statement = statement()
      scratch.append(statement.rawValue)
      switch token {
      case .semicolon: advance()
      case .rightBrace, .endOfFile, .caseKeyword, .defaultKeyword: break
      default:
        reportUnexpected("a line end or ';' after the statement")
        skipStatement()
      }
      if start == before && token != .endOfFile && token != .rightBrace { advance() }
    }
    return list(since: mark)
  }

  private mutating func statement() -> NodeID {
    guard enter() else { return bad() }
    defer { leave() }
    let first = start
    switch token {
    case .semicolon: return add(.emptyStatement, first, end: lexer.end)
    case .rightBrace: return add(.emptyStatement, first, end: first)
    case .constKeyword, .typeKeyword, .varKeyword:
      let declaration = genericDeclaration()
      return add(.declarationStatement, first, declaration.rawValue)
    case .goKeyword, .deferKeyword:
      let isGo = token == .goKeyword
      advance()
      let call = expression()
      if kind(call) != .call && kind(call) != .bad {
        report(startOf(call), "the expression after '\(isGo ? "go" : "defer")' must be a call")
      }
      return add(isGo ? .goStatement : .deferStatement, first, call.rawValue)
    case .returnKeyword:
      advance()
      let results = token == .semicolon || token == .rightBrace || token == .endOfFile ? 0 : expressionList()
      return add(.returnStatement, first, results)
    case .breakKeyword, .continueKeyword, .gotoKeyword, .fallthroughKeyword:
      let keyword = token
      advance()
      let takesLabel = keyword == .gotoKeyword || (keyword != .fallthroughKeyword && token == .identifier)
      let label = takesLabel ? identifier() : .none
      return add(.branchStatement, first, token: keyword, label.rawValue)
    case .leftBrace: return block()
    case .ifKeyword: return ifStatement()
    case .switchKeyword: return switchStatement()
    case .selectKeyword: return selectStatement()
    case .forKeyword: return forStatement()
    default: return simpleStatement(.allowsLabel)
    }
  }

  enum SimpleContext { case plain, allowsLabel, allowsRange }

  /// Expression, send, increment, assignment or declaration; with a label or a range clause where the context allows it.
  private mutating func simpleStatement(_ context: SimpleContext) -> NodeID {
    let first = start
    if context == .allowsRange && token == .rangeKeyword {
      advance()
      let operand = expression()
      let record = record(0, 0, operand.rawValue, 0)
      return add(.rangeStatement, first, record)
    }
    let mark = scratch.count
    repeat {
      let item = expression()
      scratch.append(item.rawValue)
    } while take(.comma)
    let count = scratch.count - mark
    switch token {
    case .define, .assign:
      let operation = token
      advance()
      if context == .allowsRange && token == .rangeKeyword {
        advance()
        let operand = expression()
        if count > 2 { report(startOf(NodeID(scratch[mark + 2])), "a range clause has at most two variables") }
        let key = scratch[mark]
        let value = count > 1 ? scratch[mark + 1] : 0
        scratch.removeLast(count)
        let record = record(key, value, operand.rawValue, 0)
        return add(.rangeStatement, first, token: operation, record)
      }
      return assignment(operation, first, mark)
    case .addAssign, .subAssign, .mulAssign, .quoAssign, .remAssign, .andAssign, .orAssign, .xorAssign, .shlAssign,
      .shrAssign, .andNotAssign:
      let operation = token
      advance()
      return assignment(operation, first, mark)
    default: break
    }
    let expression = NodeID(scratch[mark])
    scratch.removeLast(count)
    if count > 1 {
      reportUnexpected("':=' or '=' after several expressions")
      return add(.expressionStatement, first, flags: .hasError, expression.rawValue)
    }
    switch token {
    case .colon where context == .allowsLabel && kind(expression) == .identifier:
      advance()
      if token == .rightBrace {
        let empty = add(.emptyStatement, start, end: start)
        return add(.labeledStatement, first, expression.rawValue, empty.rawValue)
      }
      let labeled = statement()
      // A semicolon is a statement of its own here, and still to be consumed.
      let end = max(lastEnd, Int(nodes[Int(labeled.rawValue)].end))
      return add(.labeledStatement, first, end: end, expression.rawValue, labeled.rawValue)
    case .arrow:
      advance()
      let value = self.expression()
      return add(.sendStatement, first, expression.rawValue, value.rawValue)
    case .increment, .decrement:
      let operation = token
      advance()
      return add(.incDecStatement, first, token: operation, expression.rawValue)
    default:
      return add(.expressionStatement, first, expression.rawValue)
    }
  }

  private mutating func assignment(_ operation: Token, _ first: Int, _ mark: Int) -> NodeID {
    let left = list(since: mark)
    let right = expressionList()
    return add(.assignStatement, first, token: operation, left, right)
  }

  // MARK: if, switch, select, for

  /// A chain of `else if` is read in a loop and built from its end, so that its length costs no stack.
  private mutating func ifStatement() -> NodeID {
    struct Link {
      var start: Int
      var initializer: NodeID
      var condition: NodeID
      var body: NodeID
    }
    var links: [Link] = []
    var final = NodeID.none
    while true {
      let first = start
      advance()
      let (initializer, condition) = ifHeader()
      let body = block()
      links.append(Link(start: first, initializer: initializer, condition: condition, body: body))
      if links.count > Self.maximumDepth {
        abandon()
        break
      }
      guard take(.elseKeyword) else { break }
      if token == .ifKeyword { continue }
      if token == .leftBrace {
        final = block()
      } else {
        reportUnexpected("'if' or '{' after 'else'")
        skipStatement()
      }
      break
    }
    for link in links.reversed() {
      let record = record(link.initializer.rawValue, link.condition.rawValue, link.body.rawValue, final.rawValue)
      final = add(.ifStatement, link.start, record)
    }
    return final
  }

  private mutating func ifHeader() -> (initializer: NodeID, condition: NodeID) {
    let level = expressionLevel
    expressionLevel = -1
    defer { expressionLevel = level }
    if token == .leftBrace {
      report(start, "the condition of this 'if' is missing")
      return (.none, bad())
    }
    var initializer = NodeID.none
    if token != .semicolon { initializer = simpleStatement(.plain) }
    if token == .semicolon {
      advance()
      if token == .leftBrace {
        report(start, "the condition of this 'if' is missing")
        return (initializer, bad())
      }
      let statement = simpleStatement(.plain)
      return (initializer, condition(statement))
    }
    return (.none, condition(initializer))
  }

  /// The expression of a statement that stands for a condition.
  private mutating func condition(_ statement: NodeID) -> NodeID {
    let node = nodes[Int(statement.rawValue)]
    if node.kind == .expressionStatement { return NodeID(node.a) }
    report(Int(node.start), "expected a condition, found a statement that has no value")
    return bad()
  }

  private mutating func switchStatement() -> NodeID {
    let first = start
    advance()
    let level = expressionLevel
    expressionLevel = -1
    var initializer = NodeID.none
    var tag = NodeID.none
    if token != .leftBrace {
      if token != .semicolon { tag = simpleStatement(.plain) }
      if token == .semicolon {
        advance()
        initializer = tag
        tag = .none
        if token != .leftBrace { tag = simpleStatement(.plain) }
      }
    }
    expressionLevel = level
    let guarded = typeSwitchGuard(tag)
    expect(.leftBrace, "before the cases")
    let mark = scratch.count
    while token == .caseKeyword || token == .defaultKeyword {
      let clause = caseClause()
      scratch.append(clause.rawValue)
    }
    expect(.rightBrace, "after the cases")
    let clauses = list(since: mark)
    if let (bound, operand) = guarded {
      let record = record(initializer.rawValue, bound.rawValue, operand.rawValue, clauses)
      return add(.typeSwitchStatement, first, record)
    }
    let expression = tag.isNone ? .none : condition(tag)
    let record = record(initializer.rawValue, expression.rawValue, clauses)
    return add(.switchStatement, first, record)
  }

  /// `x.(type)` or `v := x.(type)`.
  private func typeSwitchGuard(_ statement: NodeID) -> (bound: NodeID, operand: NodeID)? {
    func assertion(_ id: NodeID) -> NodeID? {
      let node = nodes[Int(id.rawValue)]
      return node.kind == .typeAssertion && node.b == 0 ? NodeID(node.a) : nil
    }
    let node = nodes[Int(statement.rawValue)]
    switch node.kind {
    case .expressionStatement: return assertion(NodeID(node.a)).map { (.none, $0) }
    case .assignStatement where node.token == .define && extra[Int(node.a)] == 1 && extra[Int(node.b)] == 1:
      return assertion(NodeID(extra[Int(node.b) + 1])).map { (NodeID(extra[Int(node.a) + 1]), $0) }
    default: return nil
    }
  }

  private mutating func caseClause() -> NodeID {
    let first = start
    var values: Int32 = 0
    if take(.caseKeyword) { values = expressionList() } else { advance() }
    expect(.colon, "after the case")
    let colonEnd = lastEnd
    let body = statementList()
    return add(.caseClause, first, end: endOfClause(body, colonEnd), values, body)
  }

  /// A clause ends with its last statement, without the semicolon behind it.
  private func endOfClause(_ statements: Int32, _ colonEnd: Int) -> Int {
    if statements == 0 { return colonEnd }
    let last = extra[Int(statements + extra[Int(statements)])]
    return Int(nodes[Int(last)].end)
  }

  private mutating func selectStatement() -> NodeID {
    let first = start
    advance()
    expect(.leftBrace, "after 'select'")
    let mark = scratch.count
    while token == .caseKeyword || token == .defaultKeyword {
      let clauseStart = start
      var communication = NodeID.none
      if take(.caseKeyword) { communication = simpleStatement(.plain) } else { advance() }
      expect(.colon, "after the case")
      let colonEnd = lastEnd
      let body = statementList()
      let end = endOfClause(body, colonEnd)
      let clause = add(.communicationClause, clauseStart, end: end, communication.rawValue, body)
      scratch.append(clause.rawValue)
    }
    expect(.rightBrace, "after the cases")
    let clauses = list(since: mark)
    return add(.selectStatement, first, clauses)
  }

  private mutating func forStatement() -> NodeID {
    let first = start
    advance()
    let level = expressionLevel
    expressionLevel = -1
    var initializer = NodeID.none
    var condition = NodeID.none
    var post = NodeID.none
    if token != .leftBrace {
      if token != .semicolon { condition = simpleStatement(.allowsRange) }
      if !condition.isNone && kind(condition) == .rangeStatement {
        expressionLevel = level
        let body = block()
        // The range clause becomes the statement: the body is known only now.
        let index = Int(condition.rawValue)
        extra[Int(nodes[index].a) + 3] = body.rawValue
        nodes[index].start = UInt32(first)
        nodes[index].end = UInt32(lastEnd)
        return condition
      }
      if token == .semicolon {
        advance()
        initializer = condition
        condition = .none
        if token != .semicolon {
          if token == .leftBrace {
            reportUnexpected("';' and the third part of the 'for' clause")
          } else {
            condition = simpleStatement(.plain)
          }
        }
        if token == .semicolon { advance() }
        if token != .leftBrace { post = simpleStatement(.plain) }
      }
    }
    expressionLevel = level
    let body = block()
    let test = condition.isNone ? .none : self.condition(condition)
    let record = record(initializer.rawValue, test.rawValue, post.rawValue, body.rawValue)
    return add(.forStatement, first, record)
  }
}
