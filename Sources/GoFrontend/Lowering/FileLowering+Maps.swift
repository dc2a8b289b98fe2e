import Flow

/// Operations on maps: the language's own, and `sync.Map`.
extension FileLowering {
  func isMap(_ node: NodeID) -> Bool {
    checker.types.kind(checker.coreType(info.type(node))) == .map
  }

  /// The place of the map that an expression names; the result of a call gets a temporary.
  func mapPlace(_ node: NodeID) -> MemoryPath {
    place(node) ?? MemoryPath(.variable(value(node)))
  }

  func mapAndKey(_ index: Node) -> (map: MemoryPath, key: VariableID) {
    let map = mapPlace(NodeID(index.a))
    let key = tree.list(index.b).first.map { value($0) } ?? scope.temporary(.unknown)
    return (map, key)
  }

  func access(
    _ kind: MapAccess.Kind, _ map: MemoryPath, _ mapNode: NodeID, _ type: Int32, key: VariableID? = nil,
    keyNode: NodeID = .none, value: VariableID? = nil, found: VariableID? = nil, isConditional: Bool = false,
    _ range: SourceRange
  ) {
    scope.emit(
      .map(
        MapAccess(
          kind, map: scope.path(map), mapType: type, key: key, value: value, found: found, isConditional: isConditional,
          mapRange: mapNode.isNone ? .none : self.range(mapNode),
          keyRange: keyNode.isNone ? .none : self.range(keyNode))), range)
  }

  func storeInMap(_ index: Node, _ map: MemoryPath, _ key: VariableID, _ value: VariableID, _ range: SourceRange) {
    let mapNode = NodeID(index.a)
    access(
      .store, map, mapNode, type(mapNode).mapType, key: key, keyNode: tree.list(index.b).first ?? .none, value: value,
      range)
  }

  /// `m[k]`, with `ok` where it is asked for.
  func lookUp(_ node: NodeID, found: Bool) -> [VariableID] {
    let record = tree[node]
    let (map, key) = mapAndKey(record)
    return lookUp(node, map, key, found: found)
  }

  func lookUp(_ node: NodeID, _ map: MemoryPath, _ key: VariableID, found: Bool) -> [VariableID] {
    let record = tree[node]
    let mapNode = NodeID(record.a)
    let value = scope.temporary(type(node), range(node))
    let ok = found ? scope.temporary(ValueType(.plain)) : nil
    access(
      .load, map, mapNode, type(mapNode).mapType, key: key, keyNode: tree.list(record.b).first ?? .none, value: value,
      found: ok, range(node))
    return ok.map { [value, $0] } ?? [value]
  }

  // MARK: sync.Map

  /// Lowers a method of `sync.Map`; nil when it is none that is known.
  func synchronizedMapCall(
    _ method: String, _ receiver: MemoryPath, _ receiverNode: NodeID, _ arguments: NodeList, _ node: NodeID
  ) -> [VariableID]? {
    let range = range(node)
    let any = mapper.value(checker.universe.any)
    var mapValue = ValueType.unknown
    if let object = syncMapType(receiverNode) { mapValue = object }
    let type = mapValue.mapType
    func argument(_ index: Int) -> VariableID {
      index < arguments.count ? value(arguments[index]) : scope.temporary(.unknown)
    }
    let keyNode = arguments.first ?? .none
    func boolean() -> VariableID { scope.temporary(ValueType(.plain)) }
    switch method {
    case "Load", "LoadAndDelete":
      let key = argument(0)
      let (result, found) = (scope.temporary(any, range), boolean())
      access(
        method == "Load" ? .load : .loadAndDelete, receiver, receiverNode, type, key: key, keyNode: keyNode,
        value: result, found: found, range)
      return [result, found]
    case "Store":
      let (key, stored) = (argument(0), argument(1))
      access(.store, receiver, receiverNode, type, key: key, keyNode: keyNode, value: stored, range)
      return []
    case "LoadOrStore":
      let (key, stored) = (argument(0), argument(1))
      let (result, found) = (scope.temporary(any, range), boolean())
      access(.load, receiver, receiverNode, type, key: key, keyNode: keyNode, value: result, found: found, range)
      let (present, absent, join) = (scope.newBlock(), scope.newBlock(), scope.newBlock())
      scope.end(.branch(Condition(.isTrue(found)), then: present, otherwise: absent), range)
      scope.start(absent)
      access(
        .store, receiver, receiverNode, type, key: key, keyNode: keyNode, value: stored, isConditional: true, range)
      scope.emit(.copy(into: result, from: stored), range)
      scope.jump(join, range)
      scope.start(present)
      scope.jump(join, range)
      scope.start(join)
      return [result, found]
    case "Swap":
      let (key, stored) = (argument(0), argument(1))
      let (result, found) = (scope.temporary(any, range), boolean())
      access(.load, receiver, receiverNode, type, key: key, keyNode: keyNode, value: result, found: found, range)
      access(.store, receiver, receiverNode, type, key: key, keyNode: keyNode, value: stored, range)
      return [result, found]
    case "Delete":
      access(.delete, receiver, receiverNode, type, key: argument(0), keyNode: keyNode, range)
      return []
    case "CompareAndDelete":
      let (key, old, done) = (argument(0), argument(1), boolean())
      access(
        .delete, receiver, receiverNode, type, key: key, keyNode: keyNode, value: old, found: done, isConditional: true,
        range)
      return [done]
    case "CompareAndSwap":
      let (key, old, new, done) = (argument(0), argument(1), argument(2), boolean())
      scope.emit(.compute(into: done, from: [key, old]), range)
      access(
        .store, receiver, receiverNode, type, key: key, keyNode: keyNode, value: new, isConditional: true, range)
      return [done]
    case "Clear":
      access(.clear, receiver, receiverNode, type, range)
      return []
    case "Range":
      // A loop over the entries that calls the function with each.
      let callee = argument(0)
      rangeOverMap(receiver, receiverNode, type, keyType: any, valueType: any, range) { key, value in
        let goesOn = boolean()
        self.scope.call(
          Call(.value(callee), arguments: [key, value], argumentRanges: [.none, .none], results: [goesOn]), range)
        return Condition(.isTrue(goesOn))
      }
      return []
    default: return nil
    }
  }

  private func syncMapType(_ receiver: NodeID) -> ValueType? {
    let direct = type(receiver)
    if direct.class == .map { return direct }
    // A pointer to one, or a struct that embeds one: all `sync.Map`s have one description.
    let index = checker.declarations.importedPackage("sync", from: checker.package)
    guard index >= 0,
      let object = checker.declarations.package(index).scope[checker.names.intern("Map")]
    else { return nil }
    return mapper.value(checker.type(of: object))
  }

  /// A loop over a map's entries. `body` may give a condition under which the loop goes on.
  func rangeOverMap(
    _ map: MemoryPath, _ mapNode: NodeID, _ type: Int32, keyType: ValueType, valueType: ValueType, _ range: SourceRange,
    body: (VariableID, VariableID) -> Condition?
  ) {
    let (head, inside, after) = (scope.newBlock(), scope.newBlock(), scope.newBlock())
    scope.jump(head, range)
    scope.start(head)
    let (key, value) = (scope.temporary(keyType, range), scope.temporary(valueType, range))
    let found = scope.temporary(ValueType(.plain))
    access(.next, map, mapNode, type, key: key, value: value, found: found, range)
    scope.end(.branch(Condition(.isTrue(found)), then: inside, otherwise: after), range)
    scope.start(inside)
    pushTarget(breakBlock: after, continueBlock: head)
    let condition = body(key, value)
    scope.targets.removeLast()
    if let condition {
      scope.end(.branch(condition, then: head, otherwise: after), range)
    } else {
      scope.jump(head, range)
    }
    scope.start(after)
  }

  func pushTarget(breakBlock: BlockID, continueBlock: BlockID?) {
    scope.targets.append(
      FunctionScope.Target(label: scope.pendingLabel, breakBlock: breakBlock, continueBlock: continueBlock))
    scope.pendingLabel = Name(0)
  }
}
