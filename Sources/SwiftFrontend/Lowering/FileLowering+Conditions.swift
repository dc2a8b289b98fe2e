import Flow
import SwiftSyntax

/// Conditions to control flow.
extension FileLowering {
  /// The parts of a condition, one after the other; what they bind is bound in the current lexical scope.
  func conditions(_ list: ConditionElementListSyntax, then: BlockID, otherwise: BlockID) {
    for (index, part) in list.enumerated() {
      let next = index == list.count - 1 ? then : scope.newBlock()
      condition(part, then: next, otherwise: otherwise)
      scope.start(next)
    }
    if list.isEmpty { scope.jump(then, scope.statement) }
  }

  private func condition(_ part: ConditionElementSyntax, then: BlockID, otherwise: BlockID) {
    switch part.condition {
    case .expression(let expression): branch(on: expression, then: then, otherwise: otherwise)
    case .availability: scope.end(.branch(Condition(.unknown), then: then, otherwise: otherwise), range(part))
    case .matchingPattern(let node):
      let value = value(node.initializer.value)
      match(node.pattern, value, then: then, otherwise: otherwise)
    case .optionalBinding(let node): optionalBinding(node, then: then, otherwise: otherwise)
    }
  }

  private func optionalBinding(_ node: OptionalBindingConditionSyntax, then: BlockID, otherwise: BlockID) {
    let answer: Condition
    let value: Value
    if let initializer = node.initializer?.value, let lookup = lookUpAsked(initializer) {
      value = lookup.value
      answer = Condition(.isTrue(lookup.found))
    } else {
      value = node.initializer.map { self.value($0.value) } ?? shorthand(node)
      answer = Condition(.isNil(value.id), isNegated: true)
    }
    scope.end(.branch(answer, then: then, otherwise: otherwise), range(node))
    scope.start(then)
    let type = node.typeAnnotation.map { resolver.type($0.type, in: context) } ?? value.type.unwrapped
    bind(node.pattern, to: node.initializer.map { copied(value, $0.value, type) } ?? value.id, type)
    // The caller starts the block again: what was bound belongs to it.
  }

  /// `if let handle`, which means `if let handle = handle`.
  private func shorthand(_ node: OptionalBindingConditionSyntax) -> Value {
    guard let name = node.pattern.as(IdentifierPatternSyntax.self)?.identifier.text else { return unknown(range(node)) }
    return named(name, range(node))
  }

  /// Goes to one block or the other, as an expression says.
  func branch(on expression: ExprSyntax, then: BlockID, otherwise: BlockID) {
    depth += 1
    defer { depth -= 1 }
    let place = range(expression)
    if depth > Self.maximumDepth {
      scope.end(.branch(Condition(.unknown), then: then, otherwise: otherwise), place)
      return
    }
    switch expression.as(ExprSyntaxEnum.self) {
    case .tupleExpr(let tuple) where tuple.elements.count == 1:
      branch(on: tuple.elements.first!.expression, then: then, otherwise: otherwise)
    case .prefixOperatorExpr(let node) where node.operator.text == "!":
      branch(on: node.expression, then: otherwise, otherwise: then)
    case .booleanLiteralExpr(let node):
      scope.jump(node.literal.text == "true" ? then : otherwise, place)
    case .sequenceExpr(let node):
      branch(tree: Operators.fold(node), then: then, otherwise: otherwise, place)
    case .tryExpr(let node) where node.questionOrExclamationMark == nil:
      let kept = tryMode
      tryMode = .propagates
      branch(on: node.expression, then: then, otherwise: otherwise)
      tryMode = kept
    case .awaitExpr(let node): branch(on: node.expression, then: then, otherwise: otherwise)
    default:
      let answer = value(expression)
      scope.end(.branch(Condition(.isTrue(answer.id)), then: then, otherwise: otherwise), place)
    }
  }

  private func branch(tree operation: Operators.Tree, then: BlockID, otherwise: BlockID, _ place: SourceRange) {
    switch operation {
    case .operand(let expression): branch(on: expression, then: then, otherwise: otherwise)
    case .binary("&&", let left, let right):
      let next = scope.newBlock()
      branch(tree: left, then: next, otherwise: otherwise, place)
      scope.start(next)
      branch(tree: right, then: then, otherwise: otherwise, place)
    case .binary("||", let left, let right):
      let next = scope.newBlock()
      branch(tree: left, then: then, otherwise: next, place)
      scope.start(next)
      branch(tree: right, then: then, otherwise: otherwise, place)
    case .binary(let name, let left, let right) where ["==", "!=", "===", "!=="].contains(name):
      let condition = equality(left, right, isNegated: name.hasPrefix("!"))
      scope.end(.branch(condition, then: then, otherwise: otherwise), place)
    default:
      let answer = value(operation, place)
      scope.end(.branch(Condition(.isTrue(answer.id)), then: then, otherwise: otherwise), place)
    }
  }

  /// What `left == right` asks.
  private func equality(_ left: Operators.Tree, _ right: Operators.Tree, isNegated: Bool) -> Condition {
    for (one, other) in [(left, right), (right, left)] {
      guard case .operand(let literal) = other else { continue }
      if literal.is(NilLiteralExprSyntax.self) || literal.trimmedDescription == "0" {
        if case .operand(let asked) = one, let lookup = lookUpAsked(asked) {
          return Condition(.isTrue(lookup.found), isNegated: !isNegated)
        }
        return Condition(.isNil(value(one, scope.statement).id), isNegated: isNegated)
      }
      if let boolean = literal.as(BooleanLiteralExprSyntax.self) {
        let answer = value(one, scope.statement)
        return Condition(.isTrue(answer.id), isNegated: isNegated != (boolean.literal.text == "false"))
      }
      // `SQLITE_OK`, `0` by another name.
      if let name = literal.as(DeclReferenceExprSyntax.self)?.baseName.text, name.hasSuffix("_OK") {
        return Condition(.isNil(value(one, scope.statement).id), isNegated: isNegated)
      }
    }
    let first = value(left, scope.statement)
    return Condition(.equal(first.id, value(right, scope.statement).id), isNegated: isNegated)
  }

  // MARK: Patterns

  private func match(_ pattern: PatternSyntax, _ value: Value, then: BlockID, otherwise: BlockID) {
    let place = range(pattern)
    if let inner = Self.optionalPattern(pattern) {
      scope.end(.branch(Condition(.isNil(value.id), isNegated: true), then: then, otherwise: otherwise), place)
      scope.start(then)
      bind(inner, to: value.id, value.type.unwrapped)
      return
    }
    scope.end(.branch(Condition(.unknown), then: then, otherwise: otherwise), place)
    scope.start(then)
    bind(pattern, to: value.id, value.type)
  }

  /// The name in `let x?` and `.some(let x)`.
  private static func optionalPattern(_ pattern: PatternSyntax) -> PatternSyntax? {
    var expression: ExprSyntax?
    if let binding = pattern.as(ValueBindingPatternSyntax.self) {
      expression = binding.pattern.as(ExpressionPatternSyntax.self)?.expression
    } else {
      expression = pattern.as(ExpressionPatternSyntax.self)?.expression
    }
    guard let expression else { return nil }
    if let optional = expression.as(OptionalChainingExprSyntax.self) {
      return optional.expression.as(PatternExprSyntax.self)?.pattern
    }
    if let call = expression.as(FunctionCallExprSyntax.self),
      call.calledExpression.as(MemberAccessExprSyntax.self)?.declName.baseName.text == "some",
      let only = call.arguments.first
    {
      return only.expression.as(PatternExprSyntax.self)?.pattern
    }
    return nil
  }

  // MARK: if and switch

  /// `if`, as a statement or as a value.
  func conditional(_ first: IfExprSyntax, into result: VariableID?) -> SwiftType {
    let after = scope.newBlock()
    var next: IfExprSyntax? = first
    var type = SwiftType.unknown
    // A chain of `else if` is followed without recursion.
    while let node = next {
      next = nil
      let (then, otherwise) = (scope.newBlock(), scope.newBlock())
      scope.pushNames()
      conditions(node.conditions, then: then, otherwise: otherwise)
      target(nil, breakBlock: after, continueBlock: nil, takesPlainBreak: false) {
        branchBody(node.body.statements, into: result, &type)
      }
      scope.popNames()
      scope.jump(after, range(node.body))
      scope.start(otherwise)
      switch node.elseBody {
      case .codeBlock(let body):
        branchBody(body.statements, into: result, &type)
      case .ifExpr(let other): next = other
      case nil: break
      }
    }
    scope.jump(after, range(first))
    scope.start(after)
    return type
  }

  private func branchBody(_ statements: CodeBlockItemListSyntax, into result: VariableID?, _ type: inout SwiftType) {
    if let result, statements.count == 1, let only = statements.first, case .expr(let expression) = only.item {
      let value = value(expression)
      if type == .unknown { type = value.type }
      scope.emit(.copy(into: result, from: value.id), range(only))
    } else {
      block(statements)
    }
  }

  func `switch`(_ node: SwitchExprSyntax, into result: VariableID?) -> SwiftType {
    let subject = value(node.subject)
    let after = scope.newBlock()
    var type = SwiftType.unknown
    var cases: [(SwitchCaseSyntax, BlockID)] = []
    func collect(_ list: SwitchCaseListSyntax) {
      for element in list {
        switch element {
        case .switchCase(let one): cases.append((one, scope.newBlock()))
        case .ifConfigDecl(let configuration):
          for clause in configuration.clauses {
            if case .switchCases(let inner)? = clause.elements { collect(inner) }
          }
        }
      }
    }
    collect(node.cases)
    // A case that asks for nil, or for what is there, is decided by what is known.
    for (one, start) in cases {
      guard case .case(let label) = one.label, label.caseItems.count == 1, let item = label.caseItems.first,
        item.whereClause == nil
      else { continue }
      let isNil =
        item.pattern.trimmedDescription == "nil" || item.pattern.trimmedDescription == ".none"
      guard isNil || Self.optionalPattern(item.pattern) != nil else { continue }
      let rest = scope.newBlock()
      scope.end(.branch(Condition(.isNil(subject.id), isNegated: !isNil), then: start, otherwise: rest), range(item))
      scope.start(rest)
    }
    scope.end(cases.isEmpty ? .jump(after) : .fork(cases.map(\.1)), range(node.subject))
    for (index, (one, start)) in cases.enumerated() {
      scope.start(start)
      scope.pushNames()
      if case .case(let label) = one.label {
        for item in label.caseItems {
          if let inner = Self.optionalPattern(item.pattern) {
            bind(inner, to: subject.id, subject.type.unwrapped)
          } else {
            bind(item.pattern, to: subject.id, subject.type)
          }
          if let condition = item.whereClause?.condition { _ = value(condition) }
        }
      }
      target(nil, breakBlock: after, continueBlock: nil) { branchBody(one.statements, into: result, &type) }
      scope.popNames()
      let fallsThrough = one.statements.last.map { item in
        if case .stmt(let statement) = item.item { return statement.is(FallThroughStmtSyntax.self) }
        return false
      }
      scope.jump(fallsThrough == true && index + 1 < cases.count ? cases[index + 1].1 : after, range(one))
    }
    scope.start(after)
    return type
  }
}
