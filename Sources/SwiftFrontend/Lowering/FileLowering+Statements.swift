import Flow
import SwiftSyntax

/// Statements.
extension FileLowering {
  /// Statements in a lexical scope of their own.
  func block(_ statements: CodeBlockItemListSyntax) {
    scope.pushNames()
    let cleanups = scope.cleanups.count
    items(statements)
    scope.popCleanups(to: cleanups)
    scope.popNames()
  }

  func items(_ list: CodeBlockItemListSyntax, isTopLevel: Bool = false) {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.maximumDepth { return }
    for item in list {
      if scope.isFull { return }
      scope.statement = range(item)
      switch item.item {
      case .decl(let declaration): localDeclaration(declaration, isTopLevel: isTopLevel)
      case .stmt(let statement): self.statement(statement)
      case .expr(let expression): expressionStatement(expression)
      }
    }
  }

  private func expressionStatement(_ expression: ExprSyntax) {
    switch expression.as(ExprSyntaxEnum.self) {
    case .ifExpr(let node): _ = conditional(node, into: nil)
    case .switchExpr(let node): _ = self.switch(node, into: nil)
    default: _ = value(expression)
    }
  }

  // MARK: Declarations

  private func localDeclaration(_ declaration: DeclSyntax, isTopLevel: Bool) {
    switch declaration.as(DeclSyntaxEnum.self) {
    case .variableDecl(let node): variables(node, isTopLevel: isTopLevel)
    case .functionDecl(let node):
      if isTopLevel { outside { function(node) } } else { localFunction(node) }
    case .ifConfigDecl(let node): conditionalCompilation(node, isTopLevel: isTopLevel)
    default: outside { nested(declaration) }
    }
  }

  /// Lowers something that is a function of its own, and comes back to the one at hand.
  func outside(_ body: () -> Void) {
    let (keptScope, keptMode, keptContext, keptOwner) = (scope, tryMode, context, owner)
    tryMode = .none
    body()
    (scope, tryMode, context, owner) = (keptScope, keptMode, keptContext, keptOwner)
  }

  /// `#if`: each branch may be the one that is built.
  private func conditionalCompilation(_ node: IfConfigDeclSyntax, isTopLevel: Bool) {
    if isTopLevel {
      for clause in node.clauses {
        if case .statements(let statements)? = clause.elements { items(statements, isTopLevel: true) }
      }
      return
    }
    let clauses = node.clauses.filter { $0.condition?.trimmedDescription != "false" }
    let hasElse = node.clauses.contains { $0.condition == nil }
    let after = scope.newBlock()
    let blocks = clauses.map { _ in scope.newBlock() }
    scope.end(.fork(blocks + (hasElse ? [] : [after])), range(node))
    for (clause, block) in zip(clauses, blocks) {
      scope.start(block)
      // Names that a branch declares are used behind it.
      if case .statements(let statements)? = clause.elements { items(statements) }
      scope.jump(after, range(node))
    }
    scope.start(after)
  }

  private func variables(_ node: VariableDeclSyntax, isTopLevel: Bool) {
    for binding in node.bindings {
      let written = binding.typeAnnotation.map { resolver.type($0.type, in: context) }
      if isTopLevel, let pattern = binding.pattern.as(IdentifierPatternSyntax.self),
        let global = table.modules[context.module]?.globals[pattern.identifier.text]
      {
        self.global(global, binding, pattern)
        continue
      }
      guard let initializer = binding.initializer?.value else {
        if let pattern = binding.pattern.as(IdentifierPatternSyntax.self) {
          let type = written ?? .unknown
          let variable = declare(pattern, type)
          if case .optional = type { scope.emit(.constant(into: variable, .nil), range(pattern)) }
          site(pattern, type)
        }
        continue
      }
      let value = value(initializer, expected: written ?? .unknown)
      let type = written ?? value.type
      if let pattern = binding.pattern.as(IdentifierPatternSyntax.self), type.unwrapped.isMap { site(pattern, type) }
      bind(binding.pattern, to: copied(value, initializer, type), type)
    }
  }

  private func global(
    _ global: PropertyDeclaration, _ binding: PatternBindingSyntax, _ pattern: IdentifierPatternSyntax
  ) {
    site(pattern, global.type)
    if let initializer = binding.initializer?.value {
      let value = copied(value(initializer, expected: global.type), initializer, global.type)
      scope.emit(.store(to: scope.path(MemoryPath(.global(global.symbol))), from: value), range(binding))
    }
    if let block = binding.accessorBlock, case .getter(let statements) = block.accessors {
      outside {
        begin(
          symbols.intern("\(context.module).\(global.name).get"), global.name, range(block), [], context,
          result: global.type, canThrow: false, hasSelf: false)
        implicitReturn(statements)
        finish(range: range(block))
      }
    }
  }

  /// A dictionary or set that has a place is copied: what happens to the copy does not happen to the original.
  func copied(_ value: Value, _ expression: ExprSyntax, _ type: SwiftType) -> VariableID {
    guard type.unwrapped.isMap || value.type.unwrapped.isMap, isPlace(expression) else { return value.id }
    let copy = scope.temporary(mapper.value(type.unwrapped.isMap ? type : value.type), range(expression))
    scope.emit(.mapMake(into: copy), range(expression))
    return copy
  }

  private func isPlace(_ expression: ExprSyntax) -> Bool {
    switch expression.as(ExprSyntaxEnum.self) {
    case .declReferenceExpr, .memberAccessExpr: true
    case .forceUnwrapExpr(let node): isPlace(node.expression)
    case .tupleExpr(let node): node.elements.count == 1 && isPlace(node.elements.first!.expression)
    default: false
    }
  }

  @discardableResult
  func declare(_ pattern: IdentifierPatternSyntax, _ type: SwiftType) -> VariableID {
    declare(pattern.identifier.text, type, range(pattern))
  }

  @discardableResult
  func declare(_ name: String, _ type: SwiftType, _ range: SourceRange) -> VariableID {
    let variable = scope.add(Variable(name: symbols.intern(name), type: mapper.value(type), range: range))
    scope.bind(name, .variable(variable, type))
    return variable
  }

  /// Gives the names of a pattern their values.
  func bind(_ pattern: PatternSyntax, to value: VariableID, _ type: SwiftType) {
    if let identifier = pattern.as(IdentifierPatternSyntax.self) {
      let variable = declare(identifier, type)
      scope.emit(.copy(into: variable, from: value), range(identifier))
    } else if let tuple = pattern.as(TuplePatternSyntax.self) {
      var parts: [SwiftType] = []
      if case .tuple(let types) = type.unwrapped { parts = types }
      for (index, part) in tuple.elements.enumerated() {
        let partType = index < parts.count ? parts[index] : .unknown
        let name = part.label?.text ?? String(index)
        let variable = scope.temporary(mapper.value(partType), range(part))
        let path = MemoryPath(.variable(value), fields: [symbols.intern("tuple.\(name)")])
        scope.emit(.load(into: variable, from: scope.path(path)), range(part))
        bind(part.pattern, to: variable, partType)
      }
    } else if let binding = pattern.as(ValueBindingPatternSyntax.self) {
      bind(binding.pattern, to: value, type)
    } else if let expression = pattern.as(ExpressionPatternSyntax.self) {
      // `case .some(let x)`, `case let .done(x)`, `case .a(let x, let y)`.
      bindNames(in: expression.expression, type)
    }
  }

  /// The names that an expression pattern binds, of which only the type is known: what an enumeration case carries.
  private func bindNames(in expression: ExprSyntax, _ type: SwiftType) {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.maximumDepth { return }
    switch expression.as(ExprSyntaxEnum.self) {
    case .patternExpr(let node):
      let unknown = scope.temporary(.unknown, range(node))
      scope.emit(.fresh(into: unknown, .unknown), range(node))
      bind(node.pattern, to: unknown, .unknown)
    case .functionCallExpr(let node):
      for argument in node.arguments { bindNames(in: argument.expression, .unknown) }
    case .tupleExpr(let node):
      for part in node.elements { bindNames(in: part.expression, .unknown) }
    case .optionalChainingExpr(let node): bindNames(in: node.expression, type)
    default: break
    }
  }

  // MARK: Statements

  private func statement(_ statement: StmtSyntax) {
    switch statement.as(StmtSyntaxEnum.self) {
    case .returnStmt(let node):
      let value = node.expression.map { self.value($0, expected: returnType) }
      leave(with: value, range(node))
    case .throwStmt(let node):
      _ = value(node.expression)
      raise(range(node))
    case .guardStmt(let node):
      let (then, otherwise) = (scope.newBlock(), scope.newBlock())
      // What a guard binds is seen behind it.
      conditions(node.conditions, then: then, otherwise: otherwise)
      scope.start(otherwise)
      block(node.body.statements)
      scope.end(.unreachable, range(node))
      scope.start(then)
    case .whileStmt(let node): loop(node, label: nil)
    case .repeatStmt(let node): repeatLoop(node, label: nil)
    case .forStmt(let node): forLoop(node, label: nil)
    case .doStmt(let node): attempt(node, label: nil)
    case .labeledStmt(let node): labeled(node)
    case .deferStmt(let node):
      let place = scope.statement
      let body = node.body.statements
      scope.cleanups.append(
        FunctionScope.Cleanup { [self] in
          let kept = scope.statement
          block(body)
          scope.statement = kept == .none ? place : kept
        })
    case .breakStmt(let node): jumpOut(node.label?.text, isContinue: false, range(node))
    case .continueStmt(let node): jumpOut(node.label?.text, isContinue: true, range(node))
    case .expressionStmt(let node): expressionStatement(node.expression)
    case .yieldStmt(let node):
      if case .single(let expression) = node.yieldedExpressions { _ = value(expression) }
    case .discardStmt(let node): _ = value(node.expression)
    default: break
    }
  }

  private var returnType: SwiftType { scope.inlineReturns.isEmpty ? scope.resultType : .unknown }

  private func labeled(_ node: LabeledStmtSyntax) {
    let label = node.label.text
    switch node.statement.as(StmtSyntaxEnum.self) {
    case .whileStmt(let inner): loop(inner, label: label)
    case .repeatStmt(let inner): repeatLoop(inner, label: label)
    case .forStmt(let inner): forLoop(inner, label: label)
    case .doStmt(let inner): attempt(inner, label: label)
    default:
      let after = scope.newBlock()
      target(label, breakBlock: after, continueBlock: nil, takesPlainBreak: false) { statement(node.statement) }
      scope.jump(after, range(node))
      scope.start(after)
    }
  }

  /// Runs `body` while `break` and `continue` have a target.
  func target(
    _ label: String?, breakBlock: BlockID, continueBlock: BlockID?, takesPlainBreak: Bool = true, body: () -> Void
  ) {
    scope.targets.append(
      FunctionScope.Target(
        label: label ?? "", breakBlock: breakBlock, continueBlock: continueBlock, cleanups: scope.cleanups.count,
        takesPlainBreak: takesPlainBreak))
    body()
    scope.targets.removeLast()
  }

  private func jumpOut(_ label: String?, isContinue: Bool, _ range: SourceRange) {
    let found = scope.targets.last {
      if let label { return $0.label == label }
      return isContinue ? $0.continueBlock != nil : $0.takesPlainBreak
    }
    guard let found, let block = isContinue ? found.continueBlock : found.breakBlock else {
      scope.end(.unreachable, range)
      return
    }
    scope.runCleanups(downTo: found.cleanups)
    scope.jump(block, range)
  }

  // MARK: Loops

  private func loop(_ node: WhileStmtSyntax, label: String?) {
    let (head, inside, after) = (scope.newBlock(), scope.newBlock(), scope.newBlock())
    scope.jump(head, range(node))
    scope.start(head)
    scope.pushNames()
    conditions(node.conditions, then: inside, otherwise: after)
    scope.start(inside)
    target(label, breakBlock: after, continueBlock: head) { block(node.body.statements) }
    scope.popNames()
    scope.jump(head, range(node))
    scope.start(after)
  }

  private func repeatLoop(_ node: RepeatStmtSyntax, label: String?) {
    let (inside, head, after) = (scope.newBlock(), scope.newBlock(), scope.newBlock())
    scope.jump(inside, range(node))
    scope.start(inside)
    target(label, breakBlock: after, continueBlock: head) { block(node.body.statements) }
    scope.jump(head, range(node))
    scope.start(head)
    branch(on: node.condition, then: inside, otherwise: after)
    scope.start(after)
  }

  private func forLoop(_ node: ForStmtSyntax, label: String?) {
    if let (map, part) = mapLoop(node.sequence) {
      overMap(map, part, range(node.sequence), label: label) { value, type in
        self.scope.pushNames()
        self.bind(node.pattern, to: value, type)
        self.loopBody(node)
        self.scope.popNames()
      }
      return
    }
    let sequence = value(node.sequence)
    let elementType = sequence.type.unwrapped.element
    let (head, inside, after) = (scope.newBlock(), scope.newBlock(), scope.newBlock())
    scope.jump(head, range(node))
    scope.start(head)
    scope.end(.fork([inside, after]), range(node.sequence))
    scope.start(inside)
    let round = scope.temporary(mapper.value(elementType), range(node.pattern))
    // A number that counts up, or an element of which nothing else is known.
    scope.emit(.fresh(into: round, node.awaitKeyword == nil ? .unknown : .received), range(node.pattern))
    scope.pushNames()
    bind(node.pattern, to: round, elementType)
    target(label, breakBlock: after, continueBlock: head) { loopBody(node) }
    scope.popNames()
    scope.jump(head, range(node))
    scope.start(after)
  }

  private func loopBody(_ node: ForStmtSyntax) {
    if let condition = node.whereClause?.condition, let target = scope.targets.last,
      let next = target.continueBlock
    {
      let body = scope.newBlock()
      branch(on: condition, then: body, otherwise: next)
      scope.start(body)
    }
    block(node.body.statements)
  }

  // MARK: Errors

  private func attempt(_ node: DoStmtSyntax, label: String?) {
    let after = scope.newBlock()
    let caught = node.catchClauses.isEmpty ? nil : scope.newBlock()
    if let caught {
      scope.handlers.append(FunctionScope.Handler(block: caught, cleanups: scope.cleanups.count))
    }
    let handlers = scope.handlers.count
    target(label, breakBlock: after, continueBlock: nil, takesPlainBreak: false) { block(node.body.statements) }
    scope.jump(after, range(node))
    guard let caught else {
      scope.start(after)
      return
    }
    scope.handlers.removeLast(scope.handlers.count - handlers + 1)
    scope.start(caught)
    let clauses = node.catchClauses.map { ($0, scope.newBlock()) }
    let catchesAll = node.catchClauses.contains { $0.catchItems.isEmpty }
    let unmatched = scope.newBlock()
    scope.end(.fork(clauses.map(\.1) + (catchesAll ? [] : [unmatched])), range(node))
    for (clause, start) in clauses {
      scope.start(start)
      scope.pushNames()
      if clause.catchItems.isEmpty { declareUnknown("error", range(clause)) }
      for item in clause.catchItems {
        if let pattern = item.pattern {
          let unknown = scope.temporary(.unknown, range(item))
          scope.emit(.fresh(into: unknown, .unknown), range(item))
          bind(pattern, to: unknown, .unknown)
          if scope.binding("error") == nil { declareUnknown("error", range(item)) }
        }
      }
      block(clause.body.statements)
      scope.popNames()
      scope.jump(after, range(clause))
    }
    scope.start(unmatched)
    if catchesAll { scope.end(.unreachable, range(node)) } else { raise(range(node)) }
    scope.start(after)
  }

  private func declareUnknown(_ name: String, _ range: SourceRange) {
    let variable = declare(name, .existential, range)
    scope.emit(.fresh(into: variable, .unknown), range)
  }

  /// Goes where an error goes.
  func raise(_ range: SourceRange) {
    if let handler = scope.handlers.last {
      scope.runCleanups(downTo: handler.cleanups)
      scope.jump(handler.block, range)
      return
    }
    scope.runCleanups(downTo: 0)
    guard scope.canThrow else {
      // An error that nobody is seen to catch: a closure that rethrows.
      scope.end(.panic, range)
      return
    }
    let nothing = scope.temporary(scope.function.resultTypes.first ?? .unknown)
    let error = scope.temporary(ValueType(.interface))
    scope.emit(.constant(into: error, .true), range)
    scope.end(.return([nothing, error]), range)
  }

  /// `return` out of the function, or out of a closure that is lowered in its place.
  func leave(with value: Value?, _ range: SourceRange) {
    if let inline = scope.inlineReturns.last {
      if let value { scope.emit(.copy(into: inline.result, from: value.id), range) }
      scope.runCleanups(downTo: inline.cleanups)
      scope.jump(inline.join, range)
      return
    }
    scope.runCleanups(downTo: 0)
    returnResults(value, range)
  }

  func returnResults(_ value: Value?, _ range: SourceRange) {
    var results: [VariableID] = []
    if scope.isInitializer, case .variable(let receiver, _)? = scope.binding("self") {
      // `return nil` in an initializer that can fail gives nothing.
      results = [value?.id ?? receiver]
    } else if let value {
      results = [value.id]
    } else if scope.canThrow {
      results = [scope.temporary(scope.function.resultTypes.first ?? .unknown)]
    }
    if scope.canThrow {
      let none = scope.temporary(ValueType(.interface))
      scope.emit(.constant(into: none, .nil), range)
      results = Array(results.prefix(1)) + [none]
    }
    scope.end(.return(results), range)
  }
}
