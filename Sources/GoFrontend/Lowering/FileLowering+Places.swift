import Flow

/// Places in memory: what can stand on the left of an assignment, behind `&`, or in front of a selector.
extension FileLowering {
  func unparenthesized(_ node: NodeID) -> NodeID {
    var node = node
    while tree[node].kind == .parenthesized { node = NodeID(tree[node].a) }
    return node
  }

  /// The place that an expression names; nil when it is a value only. What must be evaluated on the way is emitted.
  func place(_ node: NodeID) -> MemoryPath? {
    let node = unparenthesized(node)
    let record = tree[node]
    scope.depth += 1
    defer { scope.depth -= 1 }
    if scope.depth > Self.maximumDepth { return nil }
    switch record.kind {
    case .identifier: return place(ofObject: info.object(node))
    case .selector:
      let object = info.object(NodeID(record.b))
      if isPackageName(NodeID(record.a)) { return place(ofObject: object) }
      guard let selection = selection(record) else { return foreignField(record) }
      guard selection.kind == .field else { return nil }
      if selection.steps.count == 1, selection.steps[0].owner.isNone, let field = foreignField(record) { return field }
      let base = base(NodeID(record.a))
      return extend(base, selection.steps)
    case .index:
      let operand = NodeID(record.a)
      let core = checker.types[checker.coreType(info.type(operand))]
      guard core.kind == .slice || core.kind == .array || core.kind == .pointer else { return nil }
      let base = base(operand)
      for index in tree.list(record.b) { _ = value(index) }
      return MemoryPath(base.root, fields: base.fields + [package.element])
    case .star:
      let operand = NodeID(record.a)
      let base = base(operand)
      // A pointer to a struct and the struct share their fields; what another pointer points at is its element.
      return type(node).class == .aggregate || type(operand).class == .unknown
        ? base : MemoryPath(base.root, fields: base.fields + [package.element])
    default: return nil
    }
  }

  /// A field of a C struct, or behind a pointer to one: named after the C type, whether or not the struct is known.
  private func foreignField(_ selector: Node) -> MemoryPath? {
    let operand = NodeID(selector.a)
    let kind = type(operand)
    guard kind.class == .cPointer || checker.types.kind(info.type(operand)) == .foreign else { return nil }
    let base = base(operand)
    return MemoryPath(base.root, fields: base.fields + [foreignField(tree.name(NodeID(selector.b)), of: kind)])
  }

  /// The name of a field of a C struct, by the description of the struct or of a pointer to it.
  func foreignField(_ name: Name, of type: ValueType) -> Symbol {
    var owner = symbols.name(type.cType)
    if owner.isEmpty { owner = TypeMapper.plainName(String(symbols.name(type.name).trimmingPrefix("C."))) }
    return symbols.intern("C.\(owner).\(checker.names.string(name))")
  }

  private func place(ofObject object: ObjectID) -> MemoryPath? {
    let record = checker.objects[object]
    guard record.kind == .variable else { return nil }
    if record.flags.contains(.isLocal) || record.flags.contains(.isParameter) || record.flags.contains(.isResult) {
      return scope.variable(object).map { MemoryPath(.variable($0)) }
    }
    return MemoryPath(.global(package.symbol(object)))
  }

  /// The place of an operand; a value without a place gets a temporary. A C pointer that is followed is used.
  func base(_ operand: NodeID) -> MemoryPath {
    let kind = type(operand)
    let path = place(operand) ?? MemoryPath(.variable(value(operand)))
    if kind.class == .cPointer {
      let pointer = path.fields.isEmpty && isVariable(path) ? variable(path) : load(path, kind, range(operand))
      scope.emit(.use(pointer), range(operand))
    }
    return path
  }

  func extend(_ base: MemoryPath, _ steps: [Selection.Step]) -> MemoryPath {
    MemoryPath(base.root, fields: base.fields + steps.map { package.field($0.owner, $0.name) })
  }

  func selection(_ selector: Node) -> Selection? {
    let operand = info.type(NodeID(selector.a))
    guard operand != .unknown else { return nil }
    return checker.selection(operand, tree.name(NodeID(selector.b)))
  }

  func isPackageName(_ node: NodeID) -> Bool {
    tree[node].kind == .identifier && checker.objects[info.object(node)].kind == .package
  }

  func isVariable(_ path: MemoryPath) -> Bool {
    if case .variable = path.root { return path.fields.isEmpty }
    return false
  }

  func variable(_ path: MemoryPath) -> VariableID {
    if case .variable(let variable) = path.root { return variable }
    return scope.temporary(.unknown)
  }

  /// The value at a place. A variable is its own value.
  func load(_ path: MemoryPath, _ type: ValueType, _ range: SourceRange) -> VariableID {
    if isVariable(path) { return variable(path) }
    let result = scope.temporary(type, range)
    if case .variable(let root) = path.root, scope.mapAddresses.contains(root) || scope.mapInternals.contains(root) {
      // Behind the address of a map lies its header, behind that its buckets.
      scope.emit(.fresh(into: result, .mapInternals), range)
      scope.mapInternals.insert(result)
      return result
    }
    scope.emit(.load(into: result, from: scope.path(path)), range)
    return result
  }

  // MARK: Assignment

  /// Gives a place a value.
  func store(_ target: NodeID, _ value: VariableID, keepingKey: (map: MemoryPath, key: VariableID)? = nil) {
    let node = unparenthesized(target)
    let record = tree[node]
    if record.kind == .identifier, tree.name(node) == checker.universe.blank { return }
    if record.kind == .index, isMap(NodeID(record.a)) {
      let (map, key) = keepingKey ?? mapAndKey(record)
      storeInMap(record, map, key, value, range(node))
      return
    }
    guard let path = place(node) else {
      // Not resolved: the value leaves what is followed.
      if record.kind != .identifier {
        for child in [record.a] where child != 0 && record.kind != .basicLiteral { _ = self.value(NodeID(child)) }
      }
      scope.emit(.escape(value), range(node))
      return
    }
    store(path, value, range(node))
  }

  func store(_ path: MemoryPath, _ value: VariableID, _ range: SourceRange) {
    if isVariable(path) {
      let target = variable(path)
      if scope.mapAddresses.contains(value) { scope.mapAddresses.insert(target) }
      if scope.mapInternals.contains(value) { scope.mapInternals.insert(target) }
      scope.emit(.copy(into: target, from: value), range)
    } else {
      scope.emit(.store(to: scope.path(path), from: value), range)
    }
  }

  /// The address of a place, or of a new object for a literal.
  func address(_ operand: NodeID, _ node: NodeID) -> VariableID {
    let operand = unparenthesized(operand)
    if tree[operand].kind == .compositeLiteral { return composite(operand, type: type(node)) }
    let result = scope.temporary(type(node), range(node))
    guard let path = place(operand) else {
      let inner = value(operand)
      scope.emit(.address(into: result, of: scope.path(MemoryPath(.variable(inner)))), range(node))
      return result
    }
    scope.emit(.address(into: result, of: scope.path(path)), range(node))
    if type(operand).class == .map { scope.mapAddresses.insert(result) }
    return result
  }
}
