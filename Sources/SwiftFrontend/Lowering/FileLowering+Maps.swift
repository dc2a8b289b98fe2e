import Flow
import SwiftSyntax

/// Operations on dictionaries and sets.
extension FileLowering {
  /// What of an entry a loop gives.
  enum MapPart { case entries, keys, values, members }

  /// The place of the map that an expression names, with its type; nil when it is none.
  func mapPlace(_ expression: ExprSyntax) -> (MemoryPath, SwiftType)? {
    guard let type = typeOfBase(expression)?.unwrapped, type.isMap else { return nil }
    if let found = place(expression) { return (found.0, found.1.unwrapped.isMap ? found.1.unwrapped : type) }
    return (MemoryPath(.variable(value(expression).id)), type)
  }

  func keyType(_ map: SwiftType) -> SwiftType {
    switch map {
    case .dictionary(let key, _), .set(let key): key
    default: .unknown
    }
  }

  func valueType(_ map: SwiftType) -> SwiftType {
    switch map {
    case .dictionary(_, let value): value
    default: .nominal("Bool", [])
    }
  }

  func access(
    _ kind: MapAccess.Kind, _ map: MemoryPath, _ type: SwiftType, key: VariableID? = nil, value: VariableID? = nil,
    found: VariableID? = nil, node: SubscriptCallExprSyntax? = nil, mapNode: ExprSyntax? = nil,
    keyNode: ExprSyntax? = nil, _ place: SourceRange
  ) {
    let mapExpression = mapNode ?? node?.calledExpression
    let keyExpression = keyNode ?? node?.arguments.first?.expression
    scope.emit(
      .map(
        MapAccess(
          kind, map: scope.path(map), mapType: mapper.value(type).mapType, key: key, value: value, found: found,
          mapRange: mapExpression.map { range($0) } ?? .none, keyRange: keyExpression.map { range($0) } ?? .none)),
      place)
  }

  // MARK: Look-ups

  /// A look-up of which the source asks whether it found something: `if let x = map[k]`, `set.remove(x) != nil`.
  func lookUpAsked(_ expression: ExprSyntax) -> (value: Value, found: VariableID)? {
    if let tuple = expression.as(TupleExprSyntax.self), tuple.elements.count == 1 {
      return lookUpAsked(tuple.elements.first!.expression)
    }
    if let node = expression.as(SubscriptCallExprSyntax.self), node.arguments.count == 1,
      let map = mapPlace(node.calledExpression), let key = node.arguments.first
    {
      let found = scope.temporary(ValueType(.plain))
      let keyValue = value(key.expression, expected: keyType(map.1))
      let result = lookUp(.load, map, keyValue, found: found, node, range(expression))
      return (result, found)
    }
    if let call = expression.as(FunctionCallExprSyntax.self),
      let member = call.calledExpression.as(MemberAccessExprSyntax.self), let base = member.base,
      ["removeValue", "remove"].contains(member.declName.baseName.text), call.arguments.count == 1,
      let map = mapPlace(base), let key = call.arguments.first
    {
      let found = scope.temporary(ValueType(.plain))
      let keyValue = value(key.expression, expected: keyType(map.1))
      return (removal(map, keyValue, found: found, base, key.expression, range(expression)), found)
    }
    return nil
  }

  private func lookUp(
    _ kind: MapAccess.Kind, _ map: (MemoryPath, SwiftType), _ key: Value, found: VariableID?,
    _ node: SubscriptCallExprSyntax, _ place: SourceRange
  ) -> Value {
    let type = valueType(map.1)
    let result = scope.temporary(mapper.value(type), place)
    access(kind, map.0, map.1, key: key.id, value: result, found: found, node: node, place)
    return Value(id: result, type: .optional(type))
  }

  /// `removeValue(forKey:)` of a dictionary, `remove` of a set.
  private func removal(
    _ map: (MemoryPath, SwiftType), _ key: Value, found: VariableID?, _ mapNode: ExprSyntax, _ keyNode: ExprSyntax,
    _ place: SourceRange
  ) -> Value {
    if case .set(let member) = map.1 {
      access(
        .loadAndDelete, map.0, map.1, key: key.id, value: scope.temporary(ValueType(.plain)), found: found,
        mapNode: mapNode, keyNode: keyNode, place)
      return Value(id: key.id, type: .optional(member))
    }
    let type = valueType(map.1)
    let result = scope.temporary(mapper.value(type), place)
    access(
      .loadAndDelete, map.0, map.1, key: key.id, value: result, found: found, mapNode: mapNode, keyNode: keyNode, place)
    return Value(id: result, type: .optional(type))
  }

  func subscripted(_ node: SubscriptCallExprSyntax, _ place: SourceRange) -> Value {
    if let map = mapPlace(node.calledExpression), let key = node.arguments.first {
      let keyValue = value(key.expression, expected: keyType(map.1))
      let result = lookUp(.load, map, keyValue, found: nil, node, place)
      guard node.arguments.count > 1, let fallback = node.arguments.last else { return result }
      _ = value(fallback.expression)
      return Value(id: result.id, type: result.type.unwrapped)
    }
    let base = value(node.calledExpression)
    let arguments = node.arguments.map { value($0.expression) }
    switch base.type.unwrapped {
    case .array(let element): return unknown(place, element)
    case .pointer(_, let pointee):
      scope.emit(.use(base.id), place)
      return unknown(place, pointee)
    case .nominal:
      guard let declared = declaration(of: base.type) else { break }
      let getter = symbols.intern("\(declared.module).\(declared.name).subscript.get")
      let result = scope.temporary(.unknown, place)
      let given = [base.id] + arguments.map(\.id)
      scope.call(
        Call(.function(getter), arguments: given, argumentRanges: given.map { _ in place }, results: [result]), place)
      return Value(id: result, type: .unknown)
    default: break
    }
    return unknown(place)
  }

  // MARK: Loops

  /// The map that a loop goes over: the map itself, its keys, its values. A sorted or filtered copy is none.
  func mapLoop(_ expression: ExprSyntax) -> ((MemoryPath, SwiftType), MapPart)? {
    if let member = expression.as(MemberAccessExprSyntax.self), let base = member.base {
      let name = member.declName.baseName.text
      if name == "keys" || name == "values", let map = mapPlace(base) {
        return (map, name == "keys" ? .keys : .values)
      }
    }
    guard let map = mapPlace(expression) else { return nil }
    if case .set = map.1 { return (map, .members) }
    return (map, .entries)
  }

  /// A loop over the entries of a map.
  func overMap(
    _ map: (MemoryPath, SwiftType), _ part: MapPart, _ place: SourceRange, label: String?,
    body: (VariableID, SwiftType) -> Void
  ) {
    let (head, inside, after) = (scope.newBlock(), scope.newBlock(), scope.newBlock())
    scope.jump(head, place)
    scope.start(head)
    let (keyType, valueType) = (keyType(map.1), valueType(map.1))
    let (key, value) = (
      scope.temporary(mapper.value(keyType), place), scope.temporary(mapper.value(valueType), place)
    )
    let found = scope.temporary(ValueType(.plain))
    access(.next, map.0, map.1, key: key, value: value, found: found, place)
    scope.end(.branch(Condition(.isTrue(found)), then: inside, otherwise: after), place)
    scope.start(inside)
    target(label, breakBlock: after, continueBlock: head) {
      switch part {
      case .keys, .members: body(key, keyType)
      case .values: body(value, valueType)
      case .entries:
        let pair = scope.temporary(mapper.value(.tuple([keyType, valueType])), place)
        scope.emit(.fresh(into: pair, .managed), place)
        for (name, part) in [("0", key), ("1", value), ("key", key), ("value", value)] {
          let path = MemoryPath(.variable(pair), fields: [symbols.intern("tuple.\(name)")])
          scope.emit(.store(to: scope.path(path), from: part), place)
        }
        body(pair, .tuple([keyType, valueType]))
      }
    }
    scope.jump(head, place)
    scope.start(after)
  }

  // MARK: Methods

  /// A method of a dictionary or set; nil when it is none that matters.
  func mapMethod(_ name: String, _ node: FunctionCallExprSyntax, _ base: ExprSyntax, _ place: SourceRange) -> Value? {
    guard let map = mapPlace(base) else { return nil }
    let first = node.arguments.first
    func key() -> Value {
      first.map { value($0.expression, expected: keyType(map.1)) } ?? unknown(place)
    }
    switch (name, map.1) {
    case ("removeValue", .dictionary), ("remove", .set):
      guard let first else { return nil }
      return removal(map, key(), found: nil, base, first.expression, place)
    case ("updateValue", .dictionary):
      guard node.arguments.count == 2, let last = node.arguments.last, let first else { return nil }
      let stored = value(first.expression, expected: valueType(map.1))
      let key = value(last.expression, expected: keyType(map.1))
      let old = scope.temporary(mapper.value(valueType(map.1)), place)
      access(.load, map.0, map.1, key: key.id, value: old, mapNode: base, keyNode: last.expression, place)
      access(.store, map.0, map.1, key: key.id, value: stored.id, mapNode: base, keyNode: last.expression, place)
      return Value(id: old, type: .optional(valueType(map.1)))
    case ("insert", .set), ("update", .set):
      guard let first else { return nil }
      let key = key()
      let present = constant(.true, .nominal("Bool", []), place)
      access(.store, map.0, map.1, key: key.id, value: present.id, mapNode: base, keyNode: first.expression, place)
      return unknown(place)
    case ("contains", .set):
      guard first?.label == nil, let first else { return nil }
      let key = key()
      let found = scope.temporary(ValueType(.plain), place)
      access(
        .load, map.0, map.1, key: key.id, value: scope.temporary(ValueType(.plain)), found: found, mapNode: base,
        keyNode: first.expression, place)
      return Value(id: found, type: .nominal("Bool", []))
    case ("removeAll", _), ("popFirst", _), ("removeFirst", _), ("subtract", _), ("formIntersection", _):
      for argument in node.arguments { _ = value(argument.expression) }
      if let closure = node.trailingClosure { mapClosure(closure, map) }
      access(.clear, map.0, map.1, mapNode: base, place)
      return unknown(place)
    case ("merge", _), ("formUnion", _):
      for argument in node.arguments { _ = value(argument.expression) }
      return unknown(place)
    case ("forEach", _):
      guard let closure = onlyClosure(node) else { return nil }
      overMap(map, map.1.isSet ? .members : .entries, place, label: nil) { part, type in
        self.inline(closure, [self.spread(part, type, closure)].flatMap { $0 }, place)
      }
      return constant(.other, .nominal("Void", []), place)
    case ("map", _), ("compactMap", _), ("flatMap", _), ("mapValues", _), ("compactMapValues", _), ("filter", _),
      ("first", _), ("contains", _), ("allSatisfy", _), ("reduce", _), ("sorted", _):
      for argument in node.arguments where !argument.expression.is(ClosureExprSyntax.self) {
        _ = value(argument.expression)
      }
      if let closure = onlyClosure(node) { mapClosure(closure, map, isValues: name.hasSuffix("Values")) }
      return unknown(place)
    default: return nil
    }
  }

  private func mapClosure(
    _ closure: ClosureExprSyntax, _ map: (MemoryPath, SwiftType), isValues: Bool = false
  ) {
    let place = range(closure)
    overMap(map, isValues ? .values : map.1.isSet ? .members : .entries, place, label: nil) { part, type in
      self.inline(closure, self.spread(part, type, closure), place)
    }
  }

  /// The arguments of a closure that takes an entry: `{ pair in … }`, or `{ key, value in … }`.
  private func spread(_ part: VariableID, _ type: SwiftType, _ closure: ClosureExprSyntax) -> [Value] {
    guard case .tuple(let types) = type, parameterCount(closure) > 1 else { return [Value(id: part, type: type)] }
    return types.enumerated().map { index, type in
      let path = MemoryPath(.variable(part), fields: [symbols.intern("tuple.\(index)")])
      return load(path, type, range(closure))
    }
  }
}

extension SwiftType {
  /// Whether it is a set.
  var isSet: Bool {
    if case .set = self { return true }
    return false
  }
}
