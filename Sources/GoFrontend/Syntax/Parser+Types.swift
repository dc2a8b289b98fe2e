extension Parser {
  /// A type, or a bad node after a message.
  mutating func type() -> NodeID {
    if let type = tryType() { return type }
    reportUnexpected("a type")
    return bad()
  }

  /// A type, if one starts here.
  mutating func tryType() -> NodeID? {
    guard enter() else { return bad() }
    defer { leave() }
    let first = start
    switch token {
    case .identifier: return typeName()
    case .leftBracket:
      advance()
      return arrayType(from: first)
    case .structKeyword: return structType()
    case .mul:
      advance()
      let base = type()
      return add(.star, first, base.rawValue)
    case .funcKeyword:
      advance()
      return signature(from: first, typeParameters: 0)
    case .interfaceKeyword: return interfaceType()
    case .mapKeyword:
      advance()
      expect(.leftBracket, "after 'map'")
      let key = type()
      expect(.rightBracket, "after the key type")
      let value = type()
      return add(.mapType, first, key.rawValue, value.rawValue)
    case .chanKeyword, .arrow: return channelType()
    case .leftParen:
      advance()
      let inner = type()
      expect(.rightParen, "after the type")
      return add(.parenthesized, first, inner.rawValue)
    default: return nil
    }
  }

  /// `T`, `p.T`, `T[A, B]`.
  mutating func typeName() -> NodeID {
    let first = start
    var name = identifier()
    if token == .period {
      advance()
      let selected = identifier()
      name = add(.selector, first, name.rawValue, selected.rawValue)
    }
    return token == .leftBracket ? instantiation(of: name) : name
  }

  /// `[A, B]` behind the name of a generic type.
  private mutating func instantiation(of name: NodeID) -> NodeID {
    let first = startOf(name)
    advance()
    let mark = scratch.count
    expressionLevel += 1
    while token != .rightBracket && token != .endOfFile {
      let argument = type()
      scratch.append(argument.rawValue)
      if !take(.comma) { break }
    }
    expressionLevel -= 1
    let arguments = list(since: mark)
    if arguments == 0 { reportUnexpected("a type argument") }
    expect(.rightBracket, "after the type arguments")
    return add(.index, first, name.rawValue, arguments)
  }

  /// An array or slice type, behind `[`.
  mutating func arrayType(from first: Int) -> NodeID {
    var length = NodeID.none
    if token == .ellipsis {
      let dots = start
      advance()
      length = add(.ellipsis, dots)
    } else if token != .rightBracket {
      expressionLevel += 1
      length = expression()
      expressionLevel -= 1
    }
    expect(.rightBracket, "in the array type")
    let element = type()
    return add(.arrayType, first, length.rawValue, element.rawValue)
  }

  mutating func channelType() -> NodeID {
    let first = start
    var flags: Node.Flags = []
    if take(.arrow) {
      flags = .receiveOnly
      expect(.chanKeyword, "after '<-'")
    } else {
      advance()
      if take(.arrow) { flags = .sendOnly }
    }
    let element = type()
    return add(.channelType, first, token: .arrow, flags: flags, element.rawValue)
  }

  // MARK: Structs and interfaces

  private mutating func structType() -> NodeID {
    let first = start
    advance()
    expect(.leftBrace, "after 'struct'")
    let mark = scratch.count
    while token != .rightBrace && token != .endOfFile {
      let before = start
      let field = structField()
      scratch.append(field.rawValue)
      expectSemicolon("after the field")
      if start == before && token != .endOfFile { advance() }
    }
    expect(.rightBrace, "after the fields")
    let fields = list(since: mark)
    return add(.structType, first, fields)
  }

  private mutating func structField() -> NodeID {
    let first = start
    var names: Int32 = 0
    var type = NodeID.none
    if token == .identifier {
      let mark = scratch.count
      let name = identifier()
      switch token {
      case .period:
        advance()
        let selected = identifier()
        type = add(.selector, first, name.rawValue, selected.rawValue)
        if token == .leftBracket { type = instantiation(of: type) }
      case .semicolon, .rightBrace, .string:
        type = name
      case .leftBracket:
        let (fieldType, isInstance) = arrayOrInstance(of: name)
        type = fieldType
        if !isInstance {
          scratch.append(name.rawValue)
          names = list(since: mark)
        }
      default:
        scratch.append(name.rawValue)
        while take(.comma) {
          let next = identifier()
          scratch.append(next.rawValue)
        }
        names = list(since: mark)
        type = self.type()
      }
    } else {
      if token == .leftParen { report(start, "an embedded type cannot stand in parentheses") }
      type = self.type()
      if kind(type) == .star, kind(NodeID(nodes[Int(type.rawValue)].a)) == .parenthesized {
        report(startOf(NodeID(nodes[Int(type.rawValue)].a)), "an embedded type cannot stand in parentheses")
      }
    }
    var tag = NodeID.none
    if token == .string {
      let literal = start
      advance()
      tag = add(.basicLiteral, literal, token: .string)
    }
    let record = record(type.rawValue, tag.rawValue, names)
    return add(.field, first, record)
  }

  /// Behind a name, `[` starts the array type of a field or parameter of that name, or the type arguments of a type of that name.
  mutating func arrayOrInstance(of name: NodeID) -> (type: NodeID, isInstance: Bool) {
    let bracket = start
    advance()
    if take(.rightBracket) {
      let element = type()
      return (add(.arrayType, bracket, 0, element.rawValue), false)
    }
    let mark = scratch.count
    expressionLevel += 1
    if token == .ellipsis {
      let dots = start
      advance()
      let ellipsis = add(.ellipsis, dots)
      scratch.append(ellipsis.rawValue)
    } else {
      while token != .rightBracket && token != .endOfFile {
        let argument = expression()
        scratch.append(argument.rawValue)
        if !take(.comma) { break }
      }
    }
    expressionLevel -= 1
    expect(.rightBracket, "after the length or the type arguments")
    if scratch.count - mark == 1, let element = tryType() {
      let length = scratch.removeLast()
      return (add(.arrayType, bracket, length, element.rawValue), false)
    }
    let arguments = list(since: mark)
    return (add(.index, startOf(name), name.rawValue, arguments), true)
  }

  private mutating func interfaceType() -> NodeID {
    let first = start
    advance()
    expect(.leftBrace, "after 'interface'")
    let mark = scratch.count
    while token != .rightBrace && token != .endOfFile {
      let before = start
      let element = interfaceElement()
      scratch.append(element.rawValue)
      expectSemicolon("after the method or type")
      if start == before && token != .endOfFile { advance() }
    }
    expect(.rightBrace, "after the methods")
    let elements = list(since: mark)
    return add(.interfaceType, first, elements)
  }

  private mutating func interfaceElement() -> NodeID {
    let first = start
    if token == .identifier {
      let name = identifier()
      if token == .leftParen {
        let type = signature(from: start, typeParameters: 0)
        let mark = scratch.count
        scratch.append(name.rawValue)
        let names = list(since: mark)
        let record = record(type.rawValue, 0, names)
        return add(.field, first, record)
      }
      var type = name
      if token == .period {
        advance()
        let selected = identifier()
        type = add(.selector, first, name.rawValue, selected.rawValue)
      }
      if token == .leftBracket { type = instantiation(of: type) }
      type = union(from: type)
      let record = record(type.rawValue, 0, 0)
      return add(.field, first, record)
    }
    let type = union(from: .none)
    let record = record(type.rawValue, 0, 0)
    return add(.field, first, record)
  }

  /// `A | ~B | C`, after its first term where that is read already.
  mutating func union(from firstTerm: NodeID) -> NodeID {
    var left = firstTerm.isNone ? unionTerm() : firstTerm
    let outerChain = chain
    chain = 0
    defer { chain = max(chain, outerChain) }
    while token == .or {
      guard extendChain() else { break }
      advance()
      let right = unionTerm()
      left = add(.binary, startOf(left), token: .or, left.rawValue, right.rawValue)
    }
    return left
  }

  private mutating func unionTerm() -> NodeID {
    let first = start
    if take(.tilde) {
      let type = self.type()
      return add(.unary, first, token: .tilde, type.rawValue)
    }
    return type()
  }

  // MARK: Signatures

  /// Parameters and results.
  mutating func signature(from first: Int, typeParameters: Int32) -> NodeID {
    var parameters: Int32 = 0
    if token == .leftParen {
      parameters = self.parameters()
    } else {
      reportUnexpected("'(' before the parameters")
    }
    var results: Int32 = 0
    if token == .leftParen {
      results = self.parameters()
    } else {
      let resultStart = start
      if let result = tryType() {
        let record = record(result.rawValue, 0, 0)
        let field = add(.field, resultStart, record)
        let mark = scratch.count
        scratch.append(field.rawValue)
        results = list(since: mark)
      }
    }
    let record = record(typeParameters, parameters, results)
    return add(.functionType, first, record)
  }

  /// `(a, b int, c ...string)` or `(int, string)`; only the whole list tells which of the two it is.
  mutating func parameters() -> Int32 {
    expect(.leftParen, "before the parameters")
    guard enter() else { return 0 }
    defer { leave() }
    // Two words for each entry on the scratch stack: its name and its type, 0 where absent.
    let mark = scratch.count
    var hasNamed = false
    var hasNameless = false
    var variadic = NodeID.none
    while token != .rightParen && token != .endOfFile {
      let (name, type) = parameter()
      if !name.isNone && !type.isNone { hasNamed = true }
      if name.isNone { hasNameless = true }
      if !variadic.isNone { report(startOf(variadic), "only the last parameter can have '...'") }
      variadic = kind(type) == .ellipsis ? type : .none
      scratch.append(name.rawValue)
      scratch.append(type.rawValue)
      if !take(.comma) { break }
    }
    expect(.rightParen, "after the parameters")
    let entries = Array(scratch[mark...])
    scratch.removeLast(entries.count)
    if hasNamed && (hasNameless || entries[entries.count - 1] == 0) {
      let first = entries[0] != 0 ? entries[0] : entries[1]
      report(startOf(NodeID(first)), "these parameters need a name and a type each, or types only")
    }
    var position = 0
    while position < entries.count {
      let first = position
      var names: Int32 = 0
      var type = NodeID(entries[position + 1])
      if hasNamed {
        let namesMark = scratch.count
        while position < entries.count {
          if entries[position] != 0 { scratch.append(entries[position]) }
          type = NodeID(entries[position + 1])
          if !type.isNone { break }
          position += 2
        }
        position = min(position, entries.count - 2)
        names = list(since: namesMark)
      } else if type.isNone {
        type = NodeID(entries[position])
      }
      position += 2
      let firstNode = NodeID(entries[first] != 0 ? entries[first] : entries[first + 1])
      let record = record(type.rawValue, 0, names)
      let end = Int(nodes[Int((type.isNone ? firstNode : type).rawValue)].end)
      let field = add(.field, startOf(firstNode), end: end, record)
      scratch.append(field.rawValue)
    }
    return list(since: mark)
  }

  /// One entry of a parameter list; a name alone may turn out to be a type.
  private mutating func parameter() -> (name: NodeID, type: NodeID) {
    if token == .identifier {
      let name = identifier()
      switch token {
      case .leftBracket:
        let (type, isInstance) = arrayOrInstance(of: name)
        return isInstance ? (.none, type) : (name, type)
      case .period:
        advance()
        let selected = identifier()
        let type = add(.selector, startOf(name), name.rawValue, selected.rawValue)
        return (.none, token == .leftBracket ? instantiation(of: type) : type)
      case .ellipsis: return (name, variadic())
      case .comma, .rightParen: return (name, .none)
      default:
        if let type = tryType() { return (name, type) }
        return (name, .none)
      }
    }
    return (.none, token == .ellipsis ? variadic() : type())
  }

  private mutating func variadic() -> NodeID {
    let first = start
    advance()
    let element = type()
    return add(.ellipsis, first, element.rawValue)
  }
}
