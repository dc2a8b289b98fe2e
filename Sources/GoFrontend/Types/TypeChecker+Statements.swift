/// Statements and function bodies.
extension TypeChecker {
  // MARK: Files

  /// Checks everything in the file: declarations, initial values, bodies. What it finds is in `info`.
  func checkFile() {
    for declaration in tree.declarations {
      switch tree[declaration].kind {
      case .functionDeclaration: checkFunction(declaration)
      case .genericDeclaration: checkPackageDeclaration(declaration)
      default: break
      }
    }
  }

  private func checkPackageDeclaration(_ declaration: NodeID) {
    let record = tree[declaration]
    for spec in tree.list(record.a) {
      switch tree[spec].kind {
      case .typeSpec:
        let parts = tree.typeSpec(spec)
        let object = package.scope[tree.name(parts.name)] ?? .none
        info?.set(parts.name, object: object)
        scope.open()
        if !object.isNone && !parts.typeParameters.isEmpty {
          bindTypeParameters(parts.typeParameters, to: declarations.typeParameters(of: object, using: self))
        }
        _ = typeExpression(parts.type)
        scope.close()
      case .valueSpec:
        let parts = tree.valueSpec(spec)
        for name in parts.names {
          let object = package.objects(named: tree.name(name), declaredBy: spec, in: objects, file: fileIndex)
          info?.set(name, object: object)
          info?.set(name, type: object.isNone ? .unknown : type(of: object), mode: .declaration)
        }
        iota = record.token == .constKeyword ? Int64(parts.iota) : nil
        let expected = parts.type.isNone ? TypeID.unknown : typeExpression(parts.type)
        for value in parts.values { expression(value, expected: expected) }
        iota = nil
      default: break
      }
    }
  }

  private func checkFunction(_ declaration: NodeID) {
    let function = tree.functionDeclaration(declaration)
    let object = package.object(declaredBy: declaration, in: objects, file: fileIndex)
    if !object.isNone { info?.set(function.name, object: object) }
    scope.open()
    defer { scope.close() }
    let parts = tree.functionType(function.type)
    if !object.isNone { _ = type(of: object) }
    if let receiver = function.receiver.first {
      let known = object.isNone ? [] : declarations.typeParameters(of: object, using: self)
      _ = declareReceiverTypeParameters(receiver, reusing: known)
      let receiverType = typeExpression(tree.field(receiver).type)
      for name in tree.field(receiver).names { declareVariable(name, receiverType, flags: .isParameter) }
    }
    if !parts.typeParameters.isEmpty {
      let parameters = object.isNone ? [] : types.words(types[type(of: object)].c).map { TypeID($0) }
      if parameters.isEmpty {
        _ = declareTypeParameters(parts.typeParameters)
      } else {
        bindTypeParameters(parts.typeParameters, to: parameters)
      }
    }
    info?.set(function.type, type: signature(parts, typeParameters: []), mode: .type)
    body(function.body, function: parts)
  }

  /// Declares the parameters and checks the statements of a function.
  func body(_ node: NodeID, function: SyntaxTree.FunctionType) {
    scope.open()
    defer { scope.close() }
    for field in function.parameters {
      let parts = tree.field(field)
      let type = info?.type(parts.type) ?? typeExpression(parts.type)
      for name in parts.names { declareVariable(name, type, flags: .isParameter) }
    }
    var results: [TypeID] = []
    for field in function.results {
      let parts = tree.field(field)
      let type = info?.type(parts.type) ?? typeExpression(parts.type)
      for name in parts.names { declareVariable(name, type, flags: .isResult) }
      results += Array(repeating: type, count: Swift.max(1, parts.names.count))
    }
    guard !node.isNone else { return }
    resultTypes.append(results)
    let outerIota = iota
    iota = nil
    statements(tree.list(tree[node].a))
    iota = outerIota
    resultTypes.removeLast()
  }

  @discardableResult
  private func declareVariable(_ name: NodeID, _ type: TypeID, flags: Object.Flags = []) -> ObjectID {
    let object = declareLocal(.variable, name, type: type, flags: flags)
    info?.set(name, type: type, mode: .value)
    return object
  }

  // MARK: Statements

  private func statements(_ list: NodeList) {
    for statement in list { self.statement(statement) }
  }

  private func block(_ node: NodeID) {
    guard !node.isNone else { return }
    scope.open()
    statements(tree.list(tree[node].a))
    scope.close()
  }

  func statement(_ node: NodeID) {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.maximumDepth || node.isNone { return }
    let record = tree[node]
    switch record.kind {
    case .expressionStatement, .goStatement, .deferStatement, .incDecStatement: expression(NodeID(record.a))
    case .sendStatement:
      let channel = types[coreType(expression(NodeID(record.a)).type)]
      expression(NodeID(record.b), expected: channel.kind == .channel ? TypeID(channel.a) : .unknown)
    case .assignStatement: assignment(record)
    case .declarationStatement: localDeclaration(NodeID(record.a))
    case .returnStatement:
      let expected = resultTypes.last ?? []
      for (position, value) in tree.list(record.a).enumerated() {
        expression(value, expected: position < expected.count ? expected[position] : .unknown)
      }
    case .labeledStatement: statement(NodeID(record.b))
    case .block: block(node)
    case .ifStatement: ifChain(node)
    case .switchStatement:
      let parts = tree.switchStatement(node)
      scope.open()
      statement(parts.initializer)
      let tag = parts.tag.isNone ? TypeID.unknown : expression(parts.tag).type
      clauses(parts.clauses) { for value in tree.list($0.a) { expression(value, expected: tag) } }
      scope.close()
    case .typeSwitchStatement: typeSwitch(node)
    case .selectStatement:
      for clause in tree.list(record.a) {
        scope.open()
        statement(NodeID(tree[clause].a))
        statements(tree.list(tree[clause].b))
        scope.close()
      }
    case .forStatement:
      let parts = tree.forStatement(node)
      scope.open()
      if tree[parts.initializer].kind == .assignStatement && tree[parts.initializer].token == .define {
        assignment(tree[parts.initializer], flags: loopFlags)
      } else {
        statement(parts.initializer)
      }
      if !parts.condition.isNone { expression(parts.condition) }
      statement(parts.post)
      block(parts.body)
      scope.close()
    case .rangeStatement: range(node)
    default: break
    }
  }

  private var loopFlags: Object.Flags { file.goVersion < 22 ? .isSharedByLoop : [] }

  /// A chain of `else if` is walked, not recursed into; each link opens a scope that closes at the end of the chain.
  private func ifChain(_ first: NodeID) {
    var node = first
    var opened = 0
    while tree[node].kind == .ifStatement {
      let parts = tree.ifStatement(node)
      scope.open()
      opened += 1
      statement(parts.initializer)
      expression(parts.condition)
      block(parts.body)
      node = parts.otherwise
      if node.isNone { break }
    }
    if !node.isNone && tree[node].kind == .block { block(node) }
    for _ in 0..<opened { scope.close() }
  }

  private func clauses(_ list: NodeList, _ head: (Node) -> Void) {
    for clause in list {
      let record = tree[clause]
      head(record)
      scope.open()
      statements(tree.list(record.b))
      scope.close()
    }
  }

  private func typeSwitch(_ node: NodeID) {
    let parts = tree.typeSwitchStatement(node)
    scope.open()
    defer { scope.close() }
    statement(parts.initializer)
    let operand = expression(parts.operand).type
    for clause in parts.clauses {
      let record = tree[clause]
      let cases = tree.list(record.a)
      let caseTypes = cases.map { node -> TypeID in
        if tree[node].kind == .identifier && lookup(tree.name(node)) == universe.nilObject {
          return BasicType.untypedNil.type
        }
        return typeExpression(node)
      }
      scope.open()
      if !parts.bound.isNone {
        // In a clause with one type the variable has that type; otherwise that of the operand.
        let single = caseTypes.count == 1 && caseTypes[0] != BasicType.untypedNil.type
        let object = objects.add(
          Object(
            kind: .variable, flags: .isLocal, name: tree.name(parts.bound), package: packageIndex, file: fileIndex,
            node: parts.bound,
            value: 0, extra: clause.rawValue),
          type: single ? caseTypes[0] : operand)
        if tree.name(parts.bound) != universe.blank { scope.declare(tree.name(parts.bound), object) }
        info?.set(clause, object: object)
      }
      statements(tree.list(record.b))
      scope.close()
    }
  }

  // MARK: Assignments and ranges

  private func assignment(_ record: Node, flags: Object.Flags = []) {
    let left = tree.list(record.a)
    let right = tree.list(record.b)
    guard record.token == .define else {
      var expected: [TypeID] = []
      for target in left { expected.append(expression(target).type) }
      if right.count == left.count {
        for (value, type) in zip(right, expected) { expression(value, expected: type) }
      } else {
        for value in right { _ = multiple(value, count: left.count) }
      }
      return
    }
    var values: [TypeID]
    if right.count == left.count {
      values = right.map { defaultType(expression($0).type) }
    } else {
      values = right.first.map { multiple($0, count: left.count) } ?? []
    }
    if values.count < left.count { values += Array(repeating: .unknown, count: left.count - values.count) }
    for (target, type) in zip(left, values) { define(target, type, flags: flags) }
  }

  /// A variable on the left of `:=`: new, unless its block declares it already.
  private func define(_ target: NodeID, _ type: TypeID, flags: Object.Flags) {
    guard tree[target].kind == .identifier else {
      expression(target)
      return
    }
    let name = tree.name(target)
    if scope.isDeclaredHere(name), let object = scope[name] {
      info?.set(target, object: object)
      info?.set(target, type: self.type(of: object), mode: .value)
      return
    }
    declareVariable(target, type, flags: flags)
  }

  private func range(_ node: NodeID) {
    let parts = tree.rangeStatement(node)
    let operand = expression(parts.operand)
    scope.open()
    defer { scope.close() }
    let (key, value) = elements(of: operand.type)
    for (target, type) in [(parts.key, key), (parts.value, value)] where !target.isNone {
      if parts.defines { define(target, type, flags: loopFlags) } else { expression(target) }
    }
    block(parts.body)
  }

  /// What a range loop gives: key or index, and value.
  private func elements(of type: TypeID) -> (TypeID, TypeID) {
    let core = coreType(type)
    let record = types[core]
    switch record.kind {
    case .map: return (TypeID(record.a), TypeID(record.b))
    case .slice, .array: return (BasicType.int.type, TypeID(record.a))
    case .pointer:
      let array = types[underlying(TypeID(record.a))]
      return array.kind == .array ? (BasicType.int.type, TypeID(array.a)) : (.unknown, .unknown)
    case .channel: return (TypeID(record.a), .unknown)
    case .basic:
      if BasicType(rawValue: record.a)?.isString == true { return (BasicType.int.type, BasicType.rune.type) }
      return (defaultType(type), .unknown)
    case .signature:
      // A function that takes `yield func(K, V) bool`.
      let parameters = types.words(record.a)
      guard parameters.count == 2 else { return (.unknown, .unknown) }
      let yield = types[coreType(TypeID(parameters[1]))]
      guard yield.kind == .signature else { return (.unknown, .unknown) }
      let given = types.words(yield.a)
      return (given.count > 1 ? TypeID(given[1]) : .unknown, given.count > 3 ? TypeID(given[3]) : .unknown)
    default: return (.unknown, .unknown)
    }
  }

  // MARK: Declarations inside functions

  private func localDeclaration(_ declaration: NodeID) {
    let record = tree[declaration]
    guard record.kind == .genericDeclaration else { return }
    var lastWithValues = NodeID.none
    for spec in tree.list(record.a) {
      switch tree[spec].kind {
      case .typeSpec: localType(spec)
      case .valueSpec:
        let parts = tree.valueSpec(spec)
        if !parts.values.isEmpty || !parts.type.isNone { lastWithValues = spec }
        if record.token == .constKeyword {
          localConstants(parts, values: lastWithValues)
        } else {
          localVariables(parts)
        }
      default: break
      }
    }
  }

  private func localType(_ spec: NodeID) {
    let parts = tree.typeSpec(spec)
    if parts.isAlias {
      let actual = typeExpression(parts.type)
      let object = declareLocal(.type, parts.name, type: .unknown, flags: .isAlias)
      objects.setType(object, types.alias(object, to: actual))
      return
    }
    let object = declareLocal(.type, parts.name, type: .unknown)
    let type = types.named(object)
    objects.setType(object, type)
    scope.open()
    if !parts.typeParameters.isEmpty {
      declarations.setTypeParameters(object, declareTypeParameters(parts.typeParameters))
    }
    let actual = typeExpression(parts.type)
    scope.close()
    types.setUnderlying(type, underlying(actual))
  }

  private func localVariables(_ parts: SyntaxTree.ValueSpec) {
    let declared = parts.type.isNone ? nil : typeExpression(parts.type)
    var values: [TypeID] = []
    if parts.values.count == parts.names.count {
      values = parts.values.map { defaultType(expression($0, expected: declared ?? .unknown).type) }
    } else if let first = parts.values.first {
      values = multiple(first, count: parts.names.count)
    }
    for (position, name) in parts.names.enumerated() {
      declareVariable(name, declared ?? (position < values.count ? values[position] : .unknown))
    }
  }

  private func localConstants(_ parts: SyntaxTree.ValueSpec, values spec: NodeID) {
    let source = spec.isNone ? parts : tree.valueSpec(spec)
    let declared = source.type.isNone ? nil : typeExpression(source.type)
    let outer = iota
    iota = Int64(parts.iota)
    let values = source.values.map { expression($0) }
    iota = outer
    for (position, name) in parts.names.enumerated() {
      let operand = position < values.count ? values[position] : .unknown
      let object = declareLocal(.constant, name, type: declared ?? operand.type)
      info?.set(name, type: declared ?? operand.type, mode: .constant)
      if let value = operand.value { declarations.setLocalConstant(object, value) }
    }
  }
}

extension Package {
  /// The object of a name in a value spec; there can be several `_`.
  func objects(named name: Name, declaredBy spec: NodeID, in table: ObjectTable, file: Int32) -> ObjectID {
    if let object = scope[name], table[object].node == spec, table[object].file == file { return object }
    return byNode[NodeKey(file: file, node: spec.rawValue)] ?? .none
  }

  /// The object of a function or method declaration.
  func object(declaredBy node: NodeID, in table: ObjectTable, file: Int32) -> ObjectID {
    byNode[NodeKey(file: file, node: node.rawValue)] ?? .none
  }
}
