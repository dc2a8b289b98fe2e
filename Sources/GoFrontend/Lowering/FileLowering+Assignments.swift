import Flow

/// Assignments and declarations inside functions.
extension FileLowering {
  func assignment(_ node: NodeID) {
    let record = tree[node]
    let left = Array(tree.list(record.a))
    let right = Array(tree.list(record.b))
    switch record.token {
    case .define: assign(left, from: right, defines: true)
    case .assign: assign(left, from: right, defines: false)
    default:
      guard let target = left.first, let operand = right.first else { return }
      update(target, operand: operand, isCounter: record.token == .addAssign || record.token == .subAssign, node)
    }
  }

  /// `left = right`, `left := right`: all on the right is evaluated before anything on the left changes.
  func assign(_ left: [NodeID], from right: [NodeID], defines: Bool) {
    // Operands of index expressions and pointers on the left are evaluated first, in Go as here.
    if left.count == 1, right.count == 1 {
      let target = unparenthesized(left[0])
      if !defines, tree[target].kind == .index, isMap(NodeID(tree[target].a)) {
        let keyed = mapAndKey(tree[target])
        store(target, value(right[0]), keepingKey: keyed)
      } else {
        let result = value(right[0])
        define(left[0], result, defines)
      }
      return
    }
    var results: [VariableID]
    if right.count == left.count {
      results = right.map { node in
        let result = value(node)
        // `a, b = b, a`: a variable that is overwritten meanwhile is read first.
        guard tree[unparenthesized(node)].kind == .identifier else { return result }
        let copy = scope.temporary(scope.type(result), range(node))
        scope.emit(.copy(into: copy, from: result), range(node))
        return copy
      }
    } else if let only = right.first {
      results = values(only, count: left.count)
    } else {
      results = []
    }
    for (target, result) in zip(left, results) { define(target, result, defines) }
  }

  private func define(_ target: NodeID, _ value: VariableID, _ defines: Bool) {
    guard defines, tree[target].kind == .identifier else { return store(target, value) }
    let object = info.object(target)
    if tree.name(target) == checker.universe.blank { return }
    let variable = scope.variable(object) ?? declare(target, object)
    store(MemoryPath(.variable(variable)), value, range(target))
  }

  @discardableResult
  func declare(_ identifier: NodeID, _ object: ObjectID) -> VariableID {
    let shared = checker.objects[object].flags.contains(.isSharedByLoop)
    return scope.declare(
      object,
      Variable(
        name: nameSymbol(identifier), type: mapper.value(object.isNone ? .unknown : checker.type(of: object)),
        range: range(identifier), isSharedByLoop: shared))
  }

  /// `x += y`, `x++`.
  func update(_ target: NodeID, operand: NodeID?, isCounter: Bool, _ node: NodeID) {
    let target = unparenthesized(target)
    let record = tree[target]
    let old: VariableID
    var keyed: (map: MemoryPath, key: VariableID)?
    if record.kind == .index, isMap(NodeID(record.a)) {
      let (map, key) = mapAndKey(record)
      keyed = (map, key)
      old = lookUp(target, map, key, found: false)[0]
    } else {
      old = value(target)
    }
    var operands = [old]
    if let operand { operands.append(value(operand)) }
    let result = scope.temporary(type(target), range(node))
    let counts =
      isCounter && (operand.map { info.mode($0) == .constant } ?? true)
      && [ValueType.Class.plain, .integerAddress].contains(type(target).class)
    scope.emit(
      counts ? .fresh(into: result, .counter) : .compute(into: result, from: operands), range(node))
    store(target, result, keepingKey: keyed)
  }

  func declaration(_ declaration: NodeID) {
    guard tree[declaration].kind == .genericDeclaration, tree[declaration].token == .varKeyword else { return }
    for spec in tree.list(tree[declaration].a) where tree[spec].kind == .valueSpec {
      let parts = tree.valueSpec(spec)
      if parts.values.isEmpty {
        for name in parts.names where tree.name(name) != checker.universe.blank {
          let variable = declare(name, info.object(name))
          scope.emit(.constant(into: variable, Self.zero(scope.type(variable))), range(name))
        }
      } else {
        for name in parts.names where tree.name(name) != checker.universe.blank { declare(name, info.object(name)) }
        assign(Array(parts.names), from: Array(parts.values), defines: true)
      }
    }
  }
}
