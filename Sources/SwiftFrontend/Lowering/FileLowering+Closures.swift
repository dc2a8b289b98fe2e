import Flow
import SwiftSyntax

/// Closures: as functions of their own, or in the place where they are called at once.
extension FileLowering {
  /// A closure as a value.
  func closure(_ node: ClosureExprSyntax, expected: SwiftType = .unknown, isExported: Bool = false) -> Value {
    let place = range(node)
    var result = SwiftType.unknown
    var isC = isExported
    if case .function(let type, let isOfC) = expected.unwrapped {
      result = type
      isC = isC || isOfC
    }
    if let written = node.signature?.returnClause?.type { result = resolver.type(written, in: context) }
    scope.closureCount += 1
    let name = "\(symbols.name(scope.function.symbol)).func\(scope.closureCount)"
    let symbol = symbols.intern(name)
    let outer = scope
    var parameters: [(String, SwiftType)] = []
    switch node.signature?.parameterClause {
    case .parameterClause(let clause):
      parameters = clause.parameters.map { parameter in
        (
          parameter.secondName?.text ?? parameter.firstName.text,
          parameter.type.map { resolver.type($0, in: context) } ?? .unknown
        )
      }
    case .simpleInput(let list): parameters = list.map { ($0.name.text, .unknown) }
    case nil: parameters = (0..<max(parameterCount(node), isC ? 4 : 0)).map { ("$\($0)", .unknown) }
    }
    // C hands pointers to what it calls back.
    let given = isC ? SwiftType.pointer("UnsafeMutableRawPointer", .unknown) : .unknown
    nestedFunction(symbol, symbols.name(outer.function.displayName), place, node.statements, result) { inner in
      for (name, type) in parameters {
        let type = type == .unknown ? given : type
        let variable = inner.add(Variable(name: symbols.intern(name), type: mapper.value(type), range: place))
        inner.function.parameters.append(variable)
        inner.bind(name, .variable(variable, type))
      }
      inner.function.isExportedToC = isC
    }
    let variable = scope.temporary(ValueType(.function), place)
    scope.emit(.fresh(into: variable, .function(symbol)), place)
    return Value(id: variable, type: .function(result: result, isC: isC))
  }

  /// A function in a function.
  func localFunction(_ node: FunctionDeclSyntax) {
    guard let body = node.body else { return }
    scope.closureCount += 1
    let symbol = symbols.intern("\(symbols.name(scope.function.symbol)).\(node.name.text)\(scope.closureCount)")
    let place = range(node)
    let result = node.signature.returnClause.map { resolver.type($0.type, in: context) } ?? .nominal("Void", [])
    let type = SwiftType.function(result: result, isC: false)
    let variable = scope.add(Variable(name: symbols.intern(node.name.text), type: ValueType(.function), range: place))
    scope.bind(node.name.text, .variable(variable, type))
    nestedFunction(symbol, node.name.text, place, body.statements, result) { inner in
      for parameter in DeclarationCollector.parameters(node.signature.parameterClause) {
        let type = resolver.type(parameter.annotation, in: context)
        let variable = inner.add(
          Variable(name: symbols.intern(parameter.name), type: mapper.value(type), range: place))
        if parameter.isInout { inner.function.lentParameters.insert(Int32(inner.function.parameters.count)) }
        inner.function.parameters.append(variable)
        inner.bind(parameter.name, .variable(variable, type))
      }
    }
    scope.emit(.fresh(into: variable, .function(symbol)), place)
  }

  private func nestedFunction(
    _ symbol: Symbol, _ display: String, _ place: SourceRange, _ statements: CodeBlockItemListSyntax,
    _ result: SwiftType, _ parameters: (FunctionScope) -> Void
  ) {
    let outer = scope
    let keptMode = tryMode
    tryMode = .none
    let inner = FunctionScope(
      Function(symbol: symbol, displayName: symbols.intern(display), range: place, language: .swift), parent: outer)
    inner.function.parent = outer.function.symbol
    inner.function.isTest = isTest
    inner.resultType = result
    if result != .nominal("Void", []) { inner.function.resultTypes = [mapper.value(result)] }
    parameters(inner)
    let (isolation, actor) = (pendingIsolation, pendingActor)
    (pendingIsolation, pendingActor) = (nil, nil)
    scope = inner
    if let isolation {
      if let lock = translated(isolation) { hold(lock, place) }
    } else if let actor, case .variable(let receiver, _)? = scope.binding("self") {
      hold(MemoryPath(.variable(receiver), fields: [actor]), place)
    }
    implicitReturn(statements)
    finish(range: place)
    scope = outer
    tryMode = keptMode
  }

  /// A place of the enclosing function as the closure at hand sees it.
  private func translated(_ path: MemoryPath) -> MemoryPath? {
    guard case .variable(let outer) = path.root else { return path }
    return MemoryPath(.variable(scope.capture(outer)), fields: path.fields)
  }

  /// How many parameters a closure has: those that it declares, or the highest `$n` that it mentions.
  func parameterCount(_ node: ClosureExprSyntax) -> Int {
    switch node.signature?.parameterClause {
    case .parameterClause(let clause): return clause.parameters.count
    case .simpleInput(let list): return list.count
    case nil: break
    }
    var count = 0
    for token in node.statements.tokens(viewMode: .sourceAccurate) {
      if case .dollarIdentifier(let text) = token.tokenKind, let number = Int(text.dropFirst()) {
        count = max(count, min(number + 1, 16))
      }
    }
    return count
  }

  func onlyClosure(_ node: FunctionCallExprSyntax) -> ClosureExprSyntax? {
    node.trailingClosure ?? node.arguments.last?.expression.as(ClosureExprSyntax.self)
  }

  /// Lowers a closure where it is called: nothing of it outlives the call. Gives what it returns.
  @discardableResult
  func inline(_ node: ClosureExprSyntax, _ arguments: [Value], _ place: SourceRange) -> Value {
    inline(node, arguments.map { .variable($0.id, $0.type) }, place)
  }

  @discardableResult
  func inline(_ node: ClosureExprSyntax, bindings arguments: [Binding], _ place: SourceRange) -> Value {
    inline(node, arguments, place)
  }

  private func inline(_ node: ClosureExprSyntax, _ arguments: [Binding], _ place: SourceRange) -> Value {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.maximumDepth { return unknown(place) }
    let join = scope.newBlock()
    let result = scope.temporary(.unknown, place)
    scope.pushNames()
    for (index, name) in names(of: node, count: arguments.count).enumerated() where index < arguments.count {
      var argument = arguments[index]
      if case .parameterClause(let clause)? = node.signature?.parameterClause,
        let written = clause.parameters.dropFirst(index).first?.type, case .variable(let id, .unknown) = argument
      {
        argument = .variable(id, resolver.type(written, in: context))
      }
      scope.bind(name, argument)
    }
    let cleanups = scope.cleanups.count
    scope.inlineReturns.append(
      FunctionScope.InlineReturn(
        join: join, result: result, cleanups: cleanups, handlers: scope.handlers.count, targets: scope.targets.count))
    let targets = scope.targets
    scope.targets = []
    var type = SwiftType.unknown
    if node.statements.count == 1, let only = node.statements.first, case .expr(let expression) = only.item,
      !expression.is(IfExprSyntax.self), !expression.is(SwitchExprSyntax.self)
    {
      let kept = scope.statement
      // The statement is the one that is seen: the call around it where they share a line.
      scope.statement = range(only)
      let value = value(expression)
      type = value.type
      scope.emit(.copy(into: result, from: value.id), range(only))
      scope.statement = kept
    } else {
      let kept = scope.statement
      items(node.statements)
      scope.statement = kept
    }
    scope.targets = targets
    scope.inlineReturns.removeLast()
    scope.popCleanups(to: cleanups)
    scope.popNames()
    scope.jump(join, place)
    scope.start(join)
    if type == .unknown, let written = node.signature?.returnClause?.type {
      type = resolver.type(written, in: context)
    }
    scope.function.variables[Int(result.rawValue)].type = mapper.value(type)
    return Value(id: result, type: type)
  }

  private func names(of node: ClosureExprSyntax, count: Int) -> [String] {
    switch node.signature?.parameterClause {
    case .parameterClause(let clause): clause.parameters.map { ($0.secondName ?? $0.firstName).text }
    case .simpleInput(let list): list.map(\.name.text)
    case nil: (0..<count).map { "$\($0)" }
    }
  }
}
