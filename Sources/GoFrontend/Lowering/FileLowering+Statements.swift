import Flow

/// Statements to blocks.
extension FileLowering {
  func statements(_ list: NodeList) {
    for statement in list { self.statement(statement) }
  }

  func statement(_ node: NodeID) {
    guard !node.isNone else { return }
    scope.depth += 1
    let outer = scope.statement
    scope.statement = range(node)
    defer {
      scope.depth -= 1
      scope.statement = outer
    }
    if scope.depth > Self.maximumDepth { return }
    let record = tree[node]
    if record.kind != .forStatement, record.kind != .rangeStatement, record.kind != .switchStatement,
      record.kind != .typeSwitchStatement, record.kind != .selectStatement
    {
      if record.kind != .labeledStatement { scope.pendingLabel = Name(0) }
    }
    switch record.kind {
    case .expressionStatement:
      let expression = unparenthesized(NodeID(record.a))
      if tree[expression].kind == .call { _ = call(expression, resultCount: 0) } else { _ = value(expression) }
    case .assignStatement: assignment(node)
    case .incDecStatement: update(NodeID(record.a), operand: nil, isCounter: true, node)
    case .declarationStatement: declaration(NodeID(record.a))
    case .block: statements(tree.list(record.a))
    case .ifStatement: ifChain(node)
    case .forStatement: forLoop(node)
    case .rangeStatement: rangeLoop(node)
    case .switchStatement: switchStatement(node)
    case .typeSwitchStatement: typeSwitch(node)
    case .selectStatement: select(node)
    case .returnStatement: returnStatement(node, record)
    case .goStatement: asynchronous(NodeID(record.a), .spawned)
    case .deferStatement: asynchronous(NodeID(record.a), .deferred)
    case .sendStatement:
      _ = value(NodeID(record.a))
      scope.emit(.escape(value(NodeID(record.b))), range(NodeID(record.b)))
    case .labeledStatement:
      let name = tree.name(NodeID(record.a))
      let block = label(name)
      scope.jump(block, range(node))
      scope.start(block)
      scope.pendingLabel = name
      statement(NodeID(record.b))
    case .branchStatement: jump(node, record)
    default: break
    }
  }

  private func label(_ name: Name) -> BlockID {
    if let known = scope.labels[name] { return known }
    let block = scope.newBlock()
    scope.labels[name] = block
    return block
  }

  private func asynchronous(_ node: NodeID, _ mode: Call.Mode) {
    let call = unparenthesized(node)
    if tree[call].kind == .call { _ = self.call(call, resultCount: 0, mode: mode) } else { _ = value(call) }
  }

  private func returnStatement(_ node: NodeID, _ record: Node) {
    let results = tree.list(record.a)
    var values: [VariableID] = []
    let named = scope.function.namedResults
    let count = max(scope.function.resultTypes.count, 1)
    if results.isEmpty {
      values = named
    } else if results.count == 1, count > 1 {
      values = self.values(results[0], count: count)
    } else {
      for result in results { values.append(value(result)) }
    }
    // Deferred functions see named results.
    if !results.isEmpty, named.count == values.count {
      for (variable, value) in zip(named, values) where variable != value {
        scope.emit(.copy(into: variable, from: value), range(node))
      }
    }
    scope.end(.return(values), range(node))
  }

  private func jump(_ node: NodeID, _ record: Node) {
    let name = record.a == 0 ? nil : tree.name(NodeID(record.a))
    let target: BlockID?
    switch record.token {
    case .breakKeyword:
      target = scope.targets.last { name == nil || $0.label == name }?.breakBlock
    case .continueKeyword:
      target = scope.targets.last { ($0.continueBlock != nil) && (name == nil || $0.label == name) }?.continueBlock
    case .gotoKeyword: target = name.map(label)
    case .fallthroughKeyword: target = scope.fallthroughBlock
    default: target = nil
    }
    if let target { scope.jump(target, range(node)) }
  }

  // MARK: Conditions and loops

  /// A chain of `else if` is walked, not recursed into.
  private func ifChain(_ first: NodeID) {
    let after = scope.newBlock()
    var node = first
    while tree[node].kind == .ifStatement {
      let parts = tree.ifStatement(node)
      statement(parts.initializer)
      let (then, otherwise) = (scope.newBlock(), scope.newBlock())
      branch(on: parts.condition, then: then, otherwise: otherwise)
      scope.start(then)
      statement(parts.body)
      scope.jump(after, range(parts.body))
      scope.start(otherwise)
      node = parts.otherwise
      if node.isNone { break }
    }
    if !node.isNone { statement(node) }
    scope.jump(after, range(first))
    scope.start(after)
  }

  private func forLoop(_ node: NodeID) {
    let parts = tree.forStatement(node)
    let label = scope.pendingLabel
    scope.pendingLabel = Name(0)
    statement(parts.initializer)
    let (head, body, post, after) = (scope.newBlock(), scope.newBlock(), scope.newBlock(), scope.newBlock())
    scope.jump(head, range(node))
    scope.start(head)
    if parts.condition.isNone {
      scope.jump(body, range(node))
    } else {
      branch(on: parts.condition, then: body, otherwise: after)
    }
    scope.start(body)
    scope.pendingLabel = label
    pushTarget(breakBlock: after, continueBlock: post)
    statement(parts.body)
    scope.targets.removeLast()
    scope.jump(post, range(node))
    scope.start(post)
    statement(parts.post)
    scope.jump(head, range(node))
    scope.start(after)
  }

  private func rangeLoop(_ node: NodeID) {
    let parts = tree.rangeStatement(node)
    let label = scope.pendingLabel
    scope.pendingLabel = Name(0)
    let head = headRange(node, parts.body)
    scope.statement = head
    if let loop = mapLoop(parts.operand) {
      scope.pendingLabel = label
      rangeOverMap(
        loop.map, loop.node, loop.type, keyType: loop.keyType, valueType: loop.valueType, head
      ) { key, value in
        self.bind(parts, key: loop.givesKeys ? key : value, value: loop.givesValues ? value : nil)
        self.statement(parts.body)
        return nil
      }
      return
    }
    let core = checker.types.kind(checker.coreType(info.type(parts.operand)))
    let list = core == .signature ? nil : place(parts.operand)
    let operand = list == nil ? value(parts.operand) : nil
    let (test, body, after) = (scope.newBlock(), scope.newBlock(), scope.newBlock())
    scope.jump(test, head)
    scope.start(test)
    scope.end(.branch(Condition(.unknown), then: body, otherwise: after), head)
    scope.start(body)
    let isList = core == .slice || core == .array || core == .pointer
    let key = rangeKey(parts.key, isList ? nil : core == .channel ? .received : .unknown, head)
    var element: VariableID?
    if isList, !parts.value.isNone {
      let base = list ?? MemoryPath(.variable(operand ?? scope.temporary(.unknown)))
      element = load(
        MemoryPath(base.root, fields: base.fields + [package.element]), type(parts.value), range(parts.value))
    } else if !parts.value.isNone {
      element = scope.temporary(type(parts.value), range(parts.value))
      scope.emit(.fresh(into: element!, .unknown), head)
    }
    bind(parts, key: key, value: element)
    scope.pendingLabel = label
    pushTarget(breakBlock: after, continueBlock: test)
    statement(parts.body)
    scope.targets.removeLast()
    scope.jump(test, head)
    scope.start(after)
  }

  private func rangeKey(_ node: NodeID, _ origin: Origin?, _ range: SourceRange) -> VariableID {
    let key = scope.temporary(node.isNone ? .unknown : type(node), range)
    if let origin {
      scope.emit(.fresh(into: key, origin), range)
    } else {
      scope.emit(.compute(into: key, from: []), range)
    }
    return key
  }

  private func headRange(_ node: NodeID, _ body: NodeID) -> SourceRange {
    SourceRange(file: file, start: tree[node].start, end: max(tree[node].start, tree[body].start))
  }

  private func bind(_ parts: SyntaxTree.Range, key: VariableID, value: VariableID?) {
    for (target, given) in [(parts.key, key), (parts.value, value ?? key)] where !target.isNone {
      if parts.defines, tree[target].kind == .identifier {
        if tree.name(target) == checker.universe.blank { continue }
        let object = info.object(target)
        let variable = scope.variable(object) ?? declare(target, object)
        scope.emit(.copy(into: variable, from: given), range(target))
      } else {
        store(target, given)
      }
    }
  }

  private struct MapLoop {
    var map: MemoryPath
    var node: NodeID
    var type: Int32
    var keyType: ValueType
    var valueType: ValueType
    var givesKeys = true
    var givesValues = true
  }

  /// A loop over a map, also through `maps.All`, `maps.Keys`, `maps.Values` or `sync.Map.Range`.
  private func mapLoop(_ operand: NodeID) -> MapLoop? {
    let operand = unparenthesized(operand)
    if isMap(operand) { return mapLoop(over: operand) }
    let record = tree[operand]
    if record.kind == .call, let argument = tree.list(record.b).first, tree.list(record.b).count == 1, isMap(argument) {
      let function = unparenthesized(NodeID(record.a))
      guard tree[function].kind == .selector, isPackageName(NodeID(tree[function].a)),
        checker.names.string(tree.name(NodeID(tree[function].a))) == "maps"
      else { return nil }
      var loop = mapLoop(over: argument)
      switch checker.names.string(tree.name(NodeID(tree[function].b))) {
      case "All": return loop
      case "Keys": return loop
      case "Values":
        loop?.givesKeys = false
        return loop
      default: return nil
      }
    }
    if record.kind == .selector, !isPackageName(NodeID(record.a)), let selection = selection(record),
      selection.kind == .method, mapper.standard(selection.owner) == "sync.Map",
      checker.names.string(tree.name(NodeID(record.b))) == "Range"
    {
      let any = mapper.value(checker.universe.any)
      return MapLoop(
        map: extend(base(NodeID(record.a)), selection.steps), node: NodeID(record.a),
        type: mapper.value(selection.owner).mapType, keyType: any, valueType: any)
    }
    return nil
  }

  private func mapLoop(over node: NodeID) -> MapLoop? {
    let core = checker.types[checker.coreType(info.type(node))]
    return MapLoop(
      map: mapPlace(node), node: node, type: type(node).mapType, keyType: mapper.value(TypeID(core.a)),
      valueType: mapper.value(TypeID(core.b)))
  }

  // MARK: Switch and select

  /// With more cases than this, which one is taken stays unknown.
  private static let maximumTests = 24

  private func switchStatement(_ node: NodeID) {
    let parts = tree.switchStatement(node)
    let label = scope.pendingLabel
    scope.pendingLabel = Name(0)
    statement(parts.initializer)
    let clauses = Array(parts.clauses)
    let bodies = clauses.map { _ in scope.newBlock() }
    let after = scope.newBlock()
    let standard = clauses.firstIndex { tree[$0].a == 0 }.map { bodies[$0] } ?? after
    let tests = clauses.reduce(0) { $0 + (tree[$1].a == 0 ? 0 : tree.list(tree[$1].a).count) }
    let tag = parts.tag.isNone ? nil : value(parts.tag)
    if tests > Self.maximumTests {
      scope.end(.fork(Array(Set(bodies + [standard])).sorted { $0.rawValue < $1.rawValue }), range(node))
    } else {
      for (clause, body) in zip(clauses, bodies) where tree[clause].a != 0 {
        for test in tree.list(tree[clause].a) {
          let next = scope.newBlock()
          if let tag {
            scope.end(.branch(comparison(tag, test), then: body, otherwise: next), range(test))
          } else {
            branch(on: test, then: body, otherwise: next)
          }
          scope.start(next)
        }
      }
      scope.jump(standard, range(node))
    }
    lower(clauses, bodies, after, label, node)
  }

  private func comparison(_ tag: VariableID, _ test: NodeID) -> Condition {
    let node = unparenthesized(test)
    if tree[node].kind == .identifier, info.object(node) == checker.universe.nilObject { return Condition(.isNil(tag)) }
    if info.mode(node) == .constant {
      switch constantValue(node, tree[node]) {
      case .zero: return Condition(.isNil(tag))
      case .true: return Condition(.isTrue(tag))
      case .false: return Condition(.isTrue(tag), isNegated: true)
      default: break
      }
    }
    return Condition(.equal(tag, value(node)))
  }

  private func lower(
    _ clauses: [NodeID], _ bodies: [BlockID], _ after: BlockID, _ label: Name, _ node: NodeID
  ) {
    scope.pendingLabel = label
    pushTarget(breakBlock: after, continueBlock: nil)
    let outer = scope.fallthroughBlock
    for (position, clause) in clauses.enumerated() {
      scope.fallthroughBlock = position + 1 < bodies.count ? bodies[position + 1] : nil
      scope.start(bodies[position])
      statements(tree.list(tree[clause].b))
      scope.jump(after, range(clause))
    }
    scope.fallthroughBlock = outer
    scope.targets.removeLast()
    scope.start(after)
  }

  private func typeSwitch(_ node: NodeID) {
    let parts = tree.typeSwitchStatement(node)
    let label = scope.pendingLabel
    scope.pendingLabel = Name(0)
    statement(parts.initializer)
    let operand = value(parts.operand)
    let clauses = Array(parts.clauses)
    let bodies = clauses.map { _ in scope.newBlock() }
    let after = scope.newBlock()
    let hasDefault = clauses.contains { tree[$0].a == 0 }
    scope.end(.fork(bodies + (hasDefault ? [] : [after])), range(node))
    scope.pendingLabel = label
    pushTarget(breakBlock: after, continueBlock: nil)
    for (clause, body) in zip(clauses, bodies) {
      scope.start(body)
      if !parts.bound.isNone, tree.name(parts.bound) != checker.universe.blank {
        let variable = declare(parts.bound, info.object(clause))
        scope.emit(.convert(into: variable, from: operand, .interface), range(parts.bound))
      }
      statements(tree.list(tree[clause].b))
      scope.jump(after, range(clause))
    }
    scope.targets.removeLast()
    scope.start(after)
  }

  private func select(_ node: NodeID) {
    let label = scope.pendingLabel
    scope.pendingLabel = Name(0)
    let clauses = Array(tree.list(tree[node].a))
    let bodies = clauses.map { _ in scope.newBlock() }
    let after = scope.newBlock()
    // An empty select waits for ever.
    scope.end(clauses.isEmpty ? .unreachable : .fork(bodies), range(node))
    scope.pendingLabel = label
    pushTarget(breakBlock: after, continueBlock: nil)
    for (clause, body) in zip(clauses, bodies) {
      scope.start(body)
      statement(NodeID(tree[clause].a))
      statements(tree.list(tree[clause].b))
      scope.jump(after, range(clause))
    }
    scope.targets.removeLast()
    scope.start(after)
  }
}
