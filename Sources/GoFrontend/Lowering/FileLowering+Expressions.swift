import Flow

/// Expressions to variables.
extension FileLowering {
  /// The value of an expression.
  func value(_ node: NodeID) -> VariableID {
    scope.depth += 1
    defer { scope.depth -= 1 }
    let node = unparenthesized(node)
    let record = tree[node]
    let range = range(node)
    if scope.depth > Self.maximumDepth { return unknown(node) }
    // A number that is made a pointer is a constant to nobody but the type checker.
    if info.mode(node) == .constant, record.kind != .call || type(node).class != .cPointer {
      return constant(node, record)
    }
    switch record.kind {
    case .identifier: return identifier(node)
    case .basicLiteral: return constant(node, record)
    case .functionLiteral:
      let symbol = lowerLiteral(node)
      let result = scope.temporary(ValueType(.function), range)
      scope.emit(.fresh(into: result, .function(symbol)), range)
      return result
    case .compositeLiteral: return composite(node, type: type(node))
    case .selector: return selector(node, record)
    case .index: return index(node, record)
    case .slice: return slice(node, record)
    case .typeAssertion:
      let operand = value(NodeID(record.a))
      let result = scope.temporary(type(node), range)
      scope.emit(.convert(into: result, from: operand, .interface), range)
      return result
    case .call: return call(node, resultCount: 1).first ?? unknown(node)
    case .star:
      guard let path = place(node) else { return unknown(node) }
      return load(path, type(node), range)
    case .unary: return unary(node, record)
    case .binary: return binary(node, record)
    case .keyValue: return value(NodeID(record.b))
    default: return unknown(node)
    }
  }

  /// The values of an expression where `count` are wanted: a call, or a form that gives `ok`.
  func values(_ node: NodeID, count: Int) -> [VariableID] {
    let node = unparenthesized(node)
    let record = tree[node]
    switch record.kind {
    case .call: return padded(call(node, resultCount: count), count)
    case .index where count == 2 && isMap(NodeID(record.a)): return lookUp(node, found: true)
    case .typeAssertion where count == 2, .unary where count == 2 && record.token == .arrow:
      let result = value(node)
      let ok = scope.temporary(ValueType(.plain))
      scope.emit(.compute(into: ok, from: record.kind == .unary ? [] : [result]), range(node))
      return [result, ok]
    default: return padded([value(node)], count)
    }
  }

  private func padded(_ values: [VariableID], _ count: Int) -> [VariableID] {
    var values = Array(values.prefix(count))
    while values.count < count {
      let extra = scope.temporary(.unknown)
      scope.emit(.fresh(into: extra, .unknown), .none)
      values.append(extra)
    }
    return values
  }

  func unknown(_ node: NodeID) -> VariableID {
    let result = scope.temporary(type(node), range(node))
    scope.emit(.fresh(into: result, .unknown), range(node))
    return result
  }

  private func constant(_ node: NodeID, _ record: Node) -> VariableID {
    let result = scope.temporary(type(node), range(node))
    scope.emit(.constant(into: result, constantValue(node, record)), range(node))
    return result
  }

  func constantValue(_ node: NodeID, _ record: Node) -> Constant {
    switch record.kind {
    case .basicLiteral where record.token == .int:
      guard let value = Int64(tree.text(node)) else { return .other }
      return value == 0 ? .zero : .integer(value)
    case .basicLiteral where record.token == .string: return .string(symbols.intern(tree.text(node)))
    case .identifier:
      let object = info.object(node)
      if checker.objects[object].package < 0 {
        switch checker.names.string(tree.name(node)) {
        case "true": return .true
        case "false": return .false
        default: return .other
        }
      }
      if checker.objects[object].kind == .constant, let value = checker.constantValue(object) {
        return value == 0 ? .zero : .integer(value)
      }
      return .other
    case .call:
      // A conversion of a constant: `uintptr(0)`.
      guard let argument = tree.list(record.b).first, tree.list(record.b).count == 1 else { return .other }
      return constantValue(argument, tree[argument])
    default: return .other
    }
  }

  private func identifier(_ node: NodeID) -> VariableID {
    let object = info.object(node)
    switch checker.objects[object].kind {
    case .variable:
      guard let path = place(node) else { return unknown(node) }
      return load(path, type(node), range(node))
    case .function:
      let result = scope.temporary(ValueType(.function), range(node))
      scope.emit(.fresh(into: result, .function(package.symbol(object))), range(node))
      return result
    case .nil:
      let result = scope.temporary(ValueType(.unknown), range(node))
      scope.emit(.constant(into: result, .nil), range(node))
      return result
    default: return unknown(node)
    }
  }

  private func selector(_ node: NodeID, _ record: Node) -> VariableID {
    let selected = NodeID(record.b)
    let range = range(node)
    if isPackageName(NodeID(record.a)) {
      let object = info.object(selected)
      switch checker.objects[object].kind {
      case .variable: return load(MemoryPath(.global(package.symbol(object))), type(node), range)
      case .function:
        let result = scope.temporary(ValueType(.function), range)
        scope.emit(.fresh(into: result, .function(package.symbol(object))), range)
        return result
      default:
        if let exported = foreignName(node).flatMap({ package.exports[$0] }) {
          // `C.callback` is the Go function that was exported under this name.
          let result = scope.temporary(ValueType(.function), range)
          scope.emit(.fresh(into: result, .function(exported)), range)
          return result
        }
        return unknown(node)
      }
    }
    if let path = place(node) { return load(path, type(node), range) }
    if let selection = selection(record), selection.kind != .field {
      // A method value: the receiver stays with it.
      if info.mode(NodeID(record.a)) != .type { scope.emit(.escape(value(NodeID(record.a))), range) }
      let result = scope.temporary(ValueType(.function), range)
      if selection.kind == .method {
        scope.emit(.fresh(into: result, .function(package.symbol(selection.method))), range)
      } else {
        scope.emit(.fresh(into: result, .unknown), range)
      }
      return result
    }
    // Not resolved; what stands in front is evaluated all the same.
    if info.mode(NodeID(record.a)) != .type {
      let operand = value(NodeID(record.a))
      let result = scope.temporary(type(node), range)
      scope.emit(.compute(into: result, from: [operand]), range)
      return result
    }
    return unknown(node)
  }

  /// The name in C of `C.name`, if the expression is one.
  func foreignName(_ node: NodeID) -> String? {
    let record = tree[node]
    guard record.kind == .selector, tree[NodeID(record.a)].kind == .identifier else { return nil }
    let object = checker.objects[info.object(NodeID(record.a))]
    guard object.kind == .package, object.value == Declarations.cPackage else { return nil }
    return checker.names.string(tree.name(NodeID(record.b)))
  }

  private func index(_ node: NodeID, _ record: Node) -> VariableID {
    if isMap(NodeID(record.a)) { return lookUp(node, found: false)[0] }
    if let path = place(node) { return load(path, type(node), range(node)) }
    let kind = checker.types.kind(checker.coreType(info.type(NodeID(record.a))))
    // An instance of a generic function is the function.
    if kind == .signature { return value(NodeID(record.a)) }
    var operands = [value(NodeID(record.a))]
    for index in tree.list(record.b) where info.mode(index) != .type { operands.append(value(index)) }
    let result = scope.temporary(type(node), range(node))
    scope.emit(.compute(into: result, from: operands), range(node))
    return result
  }

  private func slice(_ node: NodeID, _ record: Node) -> VariableID {
    let operand = value(NodeID(record.a))
    let bounds = tree.slice(node)
    for bound in [bounds.low, bounds.high, bounds.max] where !bound.isNone { _ = value(bound) }
    let result = scope.temporary(type(node), range(node))
    // The memory stays the same.
    scope.emit(.copy(into: result, from: operand), range(node))
    return result
  }

  private func unary(_ node: NodeID, _ record: Node) -> VariableID {
    let operand = NodeID(record.a)
    let range = range(node)
    switch record.token {
    case .and: return address(operand, node)
    case .arrow:
      _ = value(operand)
      let result = scope.temporary(type(node), range)
      scope.emit(.fresh(into: result, .received), range)
      return result
    case .not: return boolean(node)
    default:
      let inner = value(operand)
      let result = scope.temporary(type(node), range)
      scope.emit(.compute(into: result, from: [inner]), range)
      return result
    }
  }

  private func binary(_ node: NodeID, _ record: Node) -> VariableID {
    if record.token == .landOperator || record.token == .lorOperator { return boolean(node) }
    // Chains such as `a + b + c` lean to the left and can be long: they are walked.
    var operands: [NodeID] = []
    var left = node
    while tree[left].kind == .binary, tree[left].token != .landOperator, tree[left].token != .lorOperator {
      operands.append(NodeID(tree[left].b))
      left = unparenthesized(NodeID(tree[left].a))
    }
    operands.append(left)
    let values = operands.reversed().map { value($0) }
    let result = scope.temporary(type(node), range(node))
    scope.emit(.compute(into: result, from: values), range(node))
    return result
  }

  /// A condition as a value.
  private func boolean(_ node: NodeID) -> VariableID {
    let result = scope.temporary(ValueType(.plain), range(node))
    let (yes, no, join) = (scope.newBlock(), scope.newBlock(), scope.newBlock())
    branch(on: node, then: yes, otherwise: no)
    scope.start(yes)
    scope.emit(.constant(into: result, .true), range(node))
    scope.jump(join, range(node))
    scope.start(no)
    scope.emit(.constant(into: result, .false), range(node))
    scope.jump(join, range(node))
    scope.start(join)
    return result
  }

  // MARK: Literals

  func composite(_ node: NodeID, type: ValueType) -> VariableID {
    let record = tree[node]
    let range = range(node)
    let result = scope.temporary(type, range)
    var core = checker.coreType(info.type(node))
    if checker.types.kind(core) == .pointer { core = checker.coreType(TypeID(checker.types[core].a)) }
    let literal = checker.types[core]
    let elements = tree.list(record.b)
    if literal.kind == .map {
      scope.emit(.mapMake(into: result), range)
      for element in elements where tree[element].kind == .keyValue {
        let (keyNode, valueNode) = (NodeID(tree[element].a), NodeID(tree[element].b))
        let key = value(keyNode)
        let stored = value(valueNode)
        access(
          .store, MemoryPath(.variable(result)), .none, type.mapType, key: key, keyNode: keyNode, value: stored,
          self.range(element))
      }
      return result
    }
    scope.emit(.fresh(into: result, .managed), range)
    let owner = declaredOwner(node)
    let fields = literal.kind == .structure ? checker.types.words(literal.a) : nil
    for (position, element) in elements.enumerated() {
      let parts = tree[element]
      let stored: VariableID
      var field: Symbol?
      if parts.kind == .keyValue {
        if let fields, tree[NodeID(parts.a)].kind == .identifier {
          _ = fields
          field = package.field(owner, tree.name(NodeID(parts.a)))
        } else if literal.kind == .foreign, tree[NodeID(parts.a)].kind == .identifier {
          field = foreignField(tree.name(NodeID(parts.a)), of: type)
        } else if literal.kind != .unknown {
          _ = value(NodeID(parts.a))
        }
        stored = value(NodeID(parts.b))
      } else {
        stored = value(element)
        if let fields, position * 4 < fields.count { field = package.field(owner, Name(fields[position * 4])) }
      }
      if literal.kind == .slice || literal.kind == .array { field = package.element }
      guard let field else {
        scope.emit(.escape(stored), self.range(element))
        continue
      }
      scope.emit(
        .store(to: scope.path(MemoryPath(.variable(result), fields: [field])), from: stored), self.range(element))
    }
    return result
  }

  /// The declared type of a struct literal, which its fields are named after.
  private func declaredOwner(_ node: NodeID) -> ObjectID {
    var type = checker.types.unaliased(info.type(node))
    if checker.types[type].kind == .pointer { type = checker.types.unaliased(TypeID(checker.types[type].a)) }
    let record = checker.types[type]
    return record.kind == .named ? ObjectID(record.a) : .none
  }
}
