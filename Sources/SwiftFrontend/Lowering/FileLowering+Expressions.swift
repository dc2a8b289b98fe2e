import Flow
import SwiftSyntax

/// Expressions to values.
extension FileLowering {
  func unknown(_ range: SourceRange, _ type: SwiftType = .unknown) -> Value {
    let variable = scope.temporary(mapper.value(type), range)
    scope.emit(.fresh(into: variable, .unknown), range)
    return Value(id: variable, type: type)
  }

  func constant(_ constant: Constant, _ type: SwiftType, _ range: SourceRange) -> Value {
    let variable = scope.temporary(mapper.value(type), range)
    scope.emit(.constant(into: variable, constant), range)
    return Value(id: variable, type: type)
  }

  /// A new object, list or value that the language manages.
  func fresh(_ type: SwiftType, _ range: SourceRange) -> Value {
    let variable = scope.temporary(mapper.value(type), range)
    scope.emit(.fresh(into: variable, .managed), range)
    return Value(id: variable, type: type)
  }

  func compute(_ parts: [VariableID], _ type: SwiftType, _ range: SourceRange) -> Value {
    let variable = scope.temporary(mapper.value(type), range)
    scope.emit(.compute(into: variable, from: parts), range)
    return Value(id: variable, type: type)
  }

  func converted(_ value: Value, to type: SwiftType, _ kind: Conversion, _ range: SourceRange) -> Value {
    let variable = scope.temporary(mapper.value(type), range)
    scope.emit(.convert(into: variable, from: value.id, kind), range)
    return Value(id: variable, type: type)
  }

  /// The value of an expression.
  ///
  /// - Parameter expected: the type that the surroundings give it, where they do.
  func value(_ expression: ExprSyntax, expected: SwiftType = .unknown) -> Value {
    depth += 1
    defer { depth -= 1 }
    let place = range(expression)
    if depth > Self.maximumDepth || scope.isFull { return unknown(place) }
    switch expression.as(ExprSyntaxEnum.self) {
    case .declReferenceExpr(let node): return named(node.baseName.text, place)
    case .memberAccessExpr(let node): return member(node, place, expected)
    case .subscriptCallExpr(let node): return subscripted(node, place)
    case .functionCallExpr(let node): return call(node, place, expected)
    case .closureExpr(let node): return closure(node, expected: expected)
    case .nilLiteralExpr: return constant(.nil, expected, place)
    case .booleanLiteralExpr(let node):
      return constant(node.literal.text == "true" ? .true : .false, .nominal("Bool", []), place)
    case .integerLiteralExpr(let node):
      let number = Int64(node.literal.text.filter { $0 != "_" })
      let type: SwiftType = expected == .unknown ? .nominal("Int", []) : expected
      return constant(number == 0 ? .zero : number.map { .integer($0) } ?? .other, type, place)
    case .floatLiteralExpr: return constant(.other, .nominal("Double", []), place)
    case .stringLiteralExpr(let node): return string(node, place)
    case .tupleExpr(let node): return tuple(node, place, expected)
    case .arrayExpr(let node): return array(node, place, expected)
    case .dictionaryExpr(let node): return dictionary(node, place, expected)
    case .sequenceExpr(let node): return value(Operators.fold(node), place, expected)
    case .prefixOperatorExpr(let node):
      let inner = value(node.expression)
      return compute([inner.id], inner.type, place)
    case .postfixOperatorExpr(let node):
      let inner = value(node.expression)
      return compute([inner.id], inner.type, place)
    case .forceUnwrapExpr(let node):
      let inner = value(node.expression)
      // Memory of C is looked at only where it is dereferenced; an object of the language is asked for here.
      if !inner.type.isPointer { scope.emit(.use(inner.id), place) }
      return Value(id: inner.id, type: inner.type.unwrapped)
    case .optionalChainingExpr(let node):
      let inner = value(node.expression)
      return Value(id: inner.id, type: inner.type.unwrapped)
    case .tryExpr(let node): return attempt(node, place, expected)
    case .awaitExpr(let node): return value(node.expression, expected: expected)
    case .unsafeExpr(let node): return value(node.expression, expected: expected)
    case .consumeExpr(let node): return value(node.expression, expected: expected)
    case .copyExpr(let node): return value(node.expression, expected: expected)
    case .borrowExpr(let node): return value(node.expression, expected: expected)
    case .inOutExpr(let node): return address(node, place)
    case .ifExpr(let node):
      let result = scope.temporary(mapper.value(expected), place)
      let type = conditional(node, into: result)
      return Value(id: result, type: expected == .unknown ? type : expected)
    case .switchExpr(let node):
      let result = scope.temporary(mapper.value(expected), place)
      let type = self.switch(node, into: result)
      return Value(id: result, type: expected == .unknown ? type : expected)
    case .asExpr(let node): return cast(value(node.expression), node.type, node.questionOrExclamationMark?.text, place)
    case .isExpr(let node): return compute([value(node.expression).id], .nominal("Bool", []), place)
    case .ternaryExpr(let node):
      return ternary(.operand(node.condition), node.thenExpression, .operand(node.elseExpression), place, expected)
    case .infixOperatorExpr(let node):
      let parts = [value(node.leftOperand).id, value(node.rightOperand).id]
      return compute(parts, .unknown, place)
    case .genericSpecializationExpr(let node): return value(node.expression)
    case .superExpr: return named("self", place)
    case .keyPathExpr, .regexLiteralExpr: return fresh(.unknown, place)
    default: return unknown(place)
    }
  }

  // MARK: Literals

  private func string(_ node: StringLiteralExprSyntax, _ place: SourceRange) -> Value {
    var parts: [VariableID] = []
    for segment in node.segments {
      if case .expressionSegment(let inner) = segment {
        for argument in inner.expressions { parts.append(value(argument.expression).id) }
      }
    }
    if !parts.isEmpty { return compute(parts, .nominal("String", []), place) }
    let text = node.trimmedDescription
    return constant(.string(symbols.intern(text)), .nominal("String", []), place)
  }

  private func tuple(_ node: TupleExprSyntax, _ place: SourceRange, _ expected: SwiftType) -> Value {
    if node.elements.count == 1, let only = node.elements.first, only.label == nil {
      return value(only.expression, expected: expected)
    }
    var parts: [SwiftType] = []
    let result = scope.temporary(.unknown, place)
    scope.emit(.fresh(into: result, .managed), place)
    for (index, part) in node.elements.enumerated() {
      let value = value(part.expression)
      parts.append(value.type)
      let field = symbols.intern("tuple.\(part.label?.text ?? String(index))")
      let path = scope.path(MemoryPath(.variable(result), fields: [field]))
      scope.emit(.store(to: path, from: value.id), range(part))
    }
    scope.function.variables[Int(result.rawValue)].type = mapper.value(.tuple(parts))
    return Value(id: result, type: .tuple(parts))
  }

  private func array(_ node: ArrayExprSyntax, _ place: SourceRange, _ expected: SwiftType) -> Value {
    var elementType = SwiftType.unknown
    switch expected.unwrapped {
    case .array(let element), .set(let element): elementType = element
    default: break
    }
    let values = node.elements.map { value($0.expression, expected: elementType) }
    if case .set(let element) = expected.unwrapped {
      let set = emptyMap(.set(element), place)
      for (value, part) in zip(values, node.elements) {
        let present = constant(.true, .nominal("Bool", []), place)
        access(.store, MemoryPath(.variable(set.id)), set.type, key: value.id, value: present.id, range(part))
      }
      return set
    }
    if elementType == .unknown, let first = values.first { elementType = first.type }
    let result = fresh(.array(elementType), place)
    for (value, part) in zip(values, node.elements) { keep(value, in: MemoryPath(.variable(result.id)), range(part)) }
    return result
  }

  private func dictionary(_ node: DictionaryExprSyntax, _ place: SourceRange, _ expected: SwiftType) -> Value {
    guard case .elements(let elements) = node.content else {
      return emptyMap(expected.unwrapped.isMap ? expected.unwrapped : .dictionary(.unknown, .unknown), place)
    }
    var (keyType, valueType) = (SwiftType.unknown, SwiftType.unknown)
    if case .dictionary(let key, let value) = expected.unwrapped { (keyType, valueType) = (key, value) }
    let pairs = elements.map { (value($0.key, expected: keyType), value($0.value, expected: valueType), $0) }
    if keyType == .unknown { keyType = pairs.first?.0.type ?? .unknown }
    if valueType == .unknown { valueType = pairs.first?.1.type ?? .unknown }
    let map = emptyMap(.dictionary(keyType, valueType), place)
    for (key, value, node) in pairs {
      access(.store, MemoryPath(.variable(map.id)), map.type, key: key.id, value: value.id, range(node))
    }
    return map
  }

  func emptyMap(_ type: SwiftType, _ place: SourceRange) -> Value {
    let variable = scope.temporary(mapper.value(type), place)
    scope.emit(.mapMake(into: variable), place)
    return Value(id: variable, type: type)
  }

  /// Puts a value into a list. Which element it is later nobody can tell, so it is not followed from there.
  func keep(_ value: Value, in list: MemoryPath, _ place: SourceRange) {
    let type = mapper.value(value.type)
    guard type.holdsCPointer || type.class == .cPointer || type.class == .unknown || type.class == .integerAddress
    else { return }
    let path = MemoryPath(list.root, fields: list.fields + [element])
    scope.emit(.store(to: scope.path(path), from: value.id), place)
    scope.emit(.escape(value.id), place)
  }

  // MARK: Operators

  func value(_ tree: Operators.Tree, _ place: SourceRange, _ expected: SwiftType = .unknown) -> Value {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.maximumDepth { return unknown(place) }
    switch tree {
    case .operand(let expression): return value(expression, expected: expected)
    case .assignment(let target, let source):
      if case .operand(let target) = target { assign(target, source, place) }
      return constant(.other, .nominal("Void", []), place)
    case .update(let target, let source):
      update(target, source, place)
      return constant(.other, .nominal("Void", []), place)
    case .ternary(let condition, let then, let otherwise):
      return ternary(condition, then, otherwise, place, expected)
    case .cast(let inner, let node, let type):
      return cast(value(inner, place), type, node.questionOrExclamationMark?.text, place)
    case .check(let inner): return compute([value(inner, place).id], .nominal("Bool", []), place)
    case .binary("??", let left, let right): return coalesce(left, right, place, expected)
    case .binary("&&", let left, let right), .binary("||", let left, let right):
      return logical(tree, left, right, place)
    case .binary(let name, let left, let right):
      let first = value(left, place)
      let second = value(right, place)
      let isComparison = ["==", "!=", "<", ">", "<=", ">=", "===", "!==", "~="].contains(name)
      return compute([first.id, second.id], isComparison ? .nominal("Bool", []) : first.type, place)
    }
  }

  private func logical(
    _ tree: Operators.Tree, _ left: Operators.Tree, _ right: Operators.Tree, _ place: SourceRange
  ) -> Value {
    // The right side may not run; what it does then is done on some ways only.
    let result = scope.temporary(ValueType(.plain), place)
    let first = value(left, place)
    let (next, skip, after) = (scope.newBlock(), scope.newBlock(), scope.newBlock())
    var isAnd = false
    if case .binary("&&", _, _) = tree { isAnd = true }
    scope.end(
      .branch(Condition(.isTrue(first.id)), then: isAnd ? next : skip, otherwise: isAnd ? skip : next), place)
    scope.start(next)
    scope.emit(.copy(into: result, from: value(right, place).id), place)
    scope.jump(after, place)
    scope.start(skip)
    scope.emit(.constant(into: result, isAnd ? .false : .true), place)
    scope.jump(after, place)
    scope.start(after)
    return Value(id: result, type: .nominal("Bool", []))
  }

  private func coalesce(
    _ left: Operators.Tree, _ right: Operators.Tree, _ place: SourceRange, _ expected: SwiftType
  ) -> Value {
    let first = value(left, place)
    let result = scope.temporary(mapper.value(first.type), place)
    let (present, absent, after) = (scope.newBlock(), scope.newBlock(), scope.newBlock())
    scope.end(.branch(Condition(.isNil(first.id)), then: absent, otherwise: present), place)
    scope.start(present)
    scope.emit(.copy(into: result, from: first.id), place)
    scope.jump(after, place)
    scope.start(absent)
    let other = value(right, place, first.type.unwrapped)
    scope.emit(.copy(into: result, from: other.id), place)
    scope.jump(after, place)
    scope.start(after)
    let type = first.type == .unknown ? other.type : first.type.unwrapped
    if first.type == .unknown { scope.function.variables[Int(result.rawValue)].type = mapper.value(type) }
    return Value(id: result, type: type)
  }

  private func ternary(
    _ condition: Operators.Tree, _ then: ExprSyntax, _ otherwise: Operators.Tree, _ place: SourceRange,
    _ expected: SwiftType
  ) -> Value {
    let (yes, no, after) = (scope.newBlock(), scope.newBlock(), scope.newBlock())
    let asked = value(condition, place)
    scope.end(.branch(Condition(.isTrue(asked.id)), then: yes, otherwise: no), place)
    scope.start(yes)
    let first = value(then, expected: expected)
    let result = scope.temporary(mapper.value(first.type), place)
    scope.emit(.copy(into: result, from: first.id), place)
    scope.jump(after, place)
    scope.start(no)
    let second = value(otherwise, place, expected)
    scope.emit(.copy(into: result, from: second.id), place)
    scope.jump(after, place)
    scope.start(after)
    return Value(id: result, type: first.type == .unknown ? second.type : first.type)
  }

  private func cast(_ value: Value, _ type: TypeSyntax, _ mark: String?, _ place: SourceRange) -> Value {
    let target = resolver.type(type, in: context)
    return converted(value, to: mark == "?" ? .optional(target) : target, .interface, place)
  }

  // MARK: Assignment

  private func assign(_ target: ExprSyntax, _ source: Operators.Tree, _ place: SourceRange) {
    // What closures and literals are, the target says.
    let type = typeOfTarget(target)
    let value = value(source, place, type)
    var id = value.id
    if case .operand(let expression) = source { id = copied(value, expression, value.type) }
    store(target, Value(id: id, type: value.type), isNil: isNil(source), place)
  }

  private func isNil(_ tree: Operators.Tree) -> Bool {
    if case .operand(let expression) = tree { return expression.is(NilLiteralExprSyntax.self) }
    return false
  }

  private func typeOfTarget(_ target: ExprSyntax) -> SwiftType {
    if let reference = target.as(DeclReferenceExprSyntax.self) {
      return typeOfName(reference.baseName.text)
    }
    if let access = target.as(MemberAccessExprSyntax.self), access.base?.trimmedDescription == "self", let owner {
      return table.property(access.declName.baseName.text, of: owner)?.0.type ?? .unknown
    }
    return .unknown
  }

  /// `x += y`: a number counts up, a list grows.
  private func update(_ target: Operators.Tree, _ source: Operators.Tree, _ place: SourceRange) {
    let added = value(source, place)
    guard case .operand(let target) = target else { return }
    if let (path, type) = self.place(target) {
      if case .array = type.unwrapped {
        keep(added, in: path, place)
        return
      }
      let result = scope.temporary(mapper.value(type), place)
      scope.emit(.fresh(into: result, .counter), place)
      store(path, result, place)
      return
    }
    store(target, compute([added.id], added.type, place), isNil: false, place)
  }

  // MARK: Errors

  private func attempt(_ node: TryExprSyntax, _ place: SourceRange, _ expected: SwiftType) -> Value {
    let kept = tryMode
    defer { tryMode = kept }
    switch node.questionOrExclamationMark?.text {
    case "?":
      tryMode = .optional
      let (failed, after) = (scope.newBlock(), scope.newBlock())
      let handlers = scope.handlers.count
      scope.handlers.append(FunctionScope.Handler(block: failed, cleanups: scope.cleanups.count))
      let inner = value(node.expression, expected: expected)
      scope.handlers.removeLast(scope.handlers.count - handlers)
      let result = scope.temporary(mapper.value(inner.type), place)
      scope.emit(.copy(into: result, from: inner.id), place)
      scope.jump(after, place)
      scope.start(failed)
      scope.emit(.constant(into: result, .nil), place)
      scope.jump(after, place)
      scope.start(after)
      return Value(id: result, type: .optional(inner.type.unwrapped))
    case "!":
      tryMode = .traps
      return value(node.expression, expected: expected)
    default:
      tryMode = .propagates
      return value(node.expression, expected: expected)
    }
  }

  /// After a call that can throw: asks for the error.
  func checkError(_ error: VariableID, _ place: SourceRange) {
    let (failed, next) = (scope.newBlock(), scope.newBlock())
    scope.end(.branch(Condition(.isNil(error)), then: next, otherwise: failed), place)
    scope.start(failed)
    if tryMode == .traps { scope.end(.unreachable, place) } else { raise(place) }
    scope.start(next)
  }
}
