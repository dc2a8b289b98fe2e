import Flow

/// Calls and conversions.
extension FileLowering {
  /// Lowers a call; gives as many results as there are, or as are asked for of a C function, whose second one is `errno`.
  func call(_ node: NodeID, resultCount: Int, mode: Call.Mode = .direct) -> [VariableID] {
    let record = tree[node]
    let function = unparenthesized(NodeID(record.a))
    let arguments = tree.list(record.b)
    switch info.mode(NodeID(record.a)) {
    case .type: return [conversion(node, to: type(node), arguments)]
    case .builtin:
      if mode != .direct { return deferredExpression(node, mode) }
      return builtin(node, function, arguments)
    default: break
    }
    if let lock = lockCall(node) { return lowerLock(lock, node, mode: mode) }
    if let name = foreignName(function) {
      if ForeignNames.isType(name) { return [conversion(node, to: type(node), arguments)] }
      return ordinary(.foreign(symbols.intern(name)), [], node, arguments, resultCount, mode)
    }
    if tree[function].kind == .functionLiteral {
      let symbol = lowerLiteral(function)
      return ordinary(.function(symbol), [], node, arguments, resultCount, mode)
    }
    let (callee, bare) = self.callee(function)
    if let callee { return ordinary(callee, [], node, arguments, resultCount, mode) }
    if tree[bare].kind == .selector, !isPackageName(NodeID(tree[bare].a)) {
      if let result = methodCall(bare, node, arguments, resultCount, mode) { return result }
    }
    let value = value(function)
    return ordinary(.value(value), [], node, arguments, resultCount, mode)
  }

  /// The function that a name means, through an instantiation; and the expression without it.
  private func callee(_ function: NodeID) -> (Call.Callee?, NodeID) {
    var node = function
    if tree[node].kind == .index {
      let operand = unparenthesized(NodeID(tree[node].a))
      let kind = checker.types.kind(checker.coreType(info.type(operand)))
      if kind == .signature, checker.objects[object(of: operand)].kind == .function { node = operand }
    }
    let object = object(of: node)
    if checker.objects[object].kind == .function, !checker.objects[object].flags.contains(.isMethod) {
      return (functionCallee(object), node)
    }
    // A package that was not found: its name and the selected one are all there is.
    if object.isNone, tree[node].kind == .selector, isPackageName(NodeID(tree[node].a)),
      let path = importPath(NodeID(tree[node].a))
    {
      let name = checker.names.string(tree.name(NodeID(tree[node].b)))
      return (.library(symbols.intern("\(path).\(name)")), node)
    }
    return (nil, node)
  }

  private func object(of node: NodeID) -> ObjectID {
    switch tree[node].kind {
    case .identifier: info.object(node)
    case .selector: info.object(NodeID(tree[node].b))
    default: .none
    }
  }

  func functionCallee(_ object: ObjectID) -> Call.Callee {
    let symbol = package.symbol(object)
    return package.isAnalysed(checker.objects[object].package) ? .function(symbol) : .library(symbol)
  }

  /// What the import of a name in this file says.
  private func importPath(_ identifier: NodeID) -> String? {
    let object = checker.objects[info.object(identifier)]
    guard object.kind == .package, object.value == -3 else { return nil }
    return checker.names.string(Name(object.extra))
  }

  /// A call through a selector; nil when the selector does not mean a method.
  private func methodCall(
    _ function: NodeID, _ node: NodeID, _ arguments: NodeList, _ resultCount: Int, _ mode: Call.Mode
  ) -> [VariableID]? {
    let record = tree[function]
    let operand = NodeID(record.a)
    guard let selection = selection(record) else { return unresolvedMethod(record, node, arguments, resultCount, mode) }
    if selection.kind == .field { return nil }
    if info.mode(operand) == .type {
      // A method expression: the receiver is the first argument.
      guard selection.kind == .method else { return nil }
      return ordinary(functionCallee(selection.method), [], node, arguments, resultCount, mode)
    }
    let name = checker.names.string(tree.name(NodeID(record.b)))
    if mapper.standard(selection.owner) == "sync.Map" {
      if mode != .direct { return deferredExpression(node, mode) }
      let receiver = extend(base(operand), selection.steps)
      if let results = synchronizedMapCall(name, receiver, operand, arguments, node) { return results }
    }
    if name == "Add", mapper.standard(selection.owner)?.hasPrefix("sync/atomic.") == true {
      let result = scope.temporary(type(node), range(node))
      _ = base(operand)
      for argument in arguments { _ = value(argument) }
      scope.emit(.fresh(into: result, .counter), range(node))
      return [result]
    }
    let receiver = receiver(operand, selection)
    switch selection.kind {
    case .method:
      return ordinary(
        functionCallee(selection.method), [(receiver, range(operand))], node, arguments, resultCount, mode)
    default:
      let symbol = interfaceMethod(selection, tree.name(NodeID(record.b)))
      return ordinary(
        .interfaceMethod(symbol), [(receiver, range(operand))], node, arguments, resultCount, mode)
    }
  }

  /// The receiver of a method: the operand, or the embedded field that has the method.
  private func receiver(_ operand: NodeID, _ selection: Selection) -> VariableID {
    if selection.steps.isEmpty { return value(operand) }
    let path = extend(base(operand), selection.steps)
    return load(path, mapper.value(selection.steps[selection.steps.count - 1].type), range(operand))
  }

  private func interfaceMethod(_ selection: Selection, _ name: Name) -> Symbol {
    let text = checker.names.string(name)
    let record = checker.types[checker.types.unaliased(selection.owner)]
    guard record.kind == .named else { return symbols.intern("interface.\(text)") }
    let symbol = symbols.intern("\(package.fullName(ObjectID(record.a))).\(text)")
    package.interfaceCalls[symbol] = (selection.owner, name)
    return symbol
  }

  /// A method of a value whose type is not known.
  private func unresolvedMethod(
    _ record: Node, _ node: NodeID, _ arguments: NodeList, _ resultCount: Int, _ mode: Call.Mode
  ) -> [VariableID] {
    let operand = NodeID(record.a)
    let receiver = value(operand)
    let name = checker.names.string(tree.name(NodeID(record.b)))
    return ordinary(
      .library(symbols.intern("?.\(name)")), [(receiver, range(operand))], node, arguments, resultCount, mode)
  }

  // MARK: Ordinary calls

  private func ordinary(
    _ callee: Call.Callee, _ receiver: [(VariableID, SourceRange)], _ node: NodeID, _ arguments: NodeList,
    _ resultCount: Int, _ mode: Call.Mode
  ) -> [VariableID] {
    let range = range(node)
    var operands = receiver.map(\.0)
    var ranges = receiver.map(\.1)
    if case .value(let callee) = callee { scope.mapInternals.remove(callee) }
    if arguments.count == 1, let count = tupleCount(arguments[0]) {
      let given = values(arguments[0], count: count)
      operands += given
      ranges += given.map { _ in self.range(arguments[0]) }
    } else {
      for argument in arguments {
        operands.append(value(argument))
        ranges.append(self.range(argument))
      }
    }
    let results = mode == .direct ? resultVariables(node, callee, resultCount) : []
    if let counted = counter(callee) {
      if let result = results.first { scope.emit(.fresh(into: result, counted), range) }
      return results
    }
    scope.call(
      Call(callee, mode: mode, arguments: operands, argumentRanges: ranges, results: results), range)
    if mode == .direct, let end = Self.ending(name(callee), isTest: isTest) { scope.end(end, range) }
    return results
  }

  private func name(_ callee: Call.Callee) -> String {
    switch callee {
    case .library(let symbol), .function(let symbol): symbols.name(symbol)
    default: ""
    }
  }

  /// Functions of libraries whose result is a counter's next value, or the inside of a map.
  private func counter(_ callee: Call.Callee) -> Origin? {
    guard case .library(let symbol) = callee else { return nil }
    return symbols.name(symbol).hasPrefix("sync/atomic.Add") ? .counter : nil
  }

  /// How a call of a function ends that does not return.
  private static func ending(_ name: String, isTest: Bool) -> Terminator? {
    switch name {
    case "os.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln", "syscall.Exit": return .unreachable
    case "runtime.Goexit", "log.Panic", "log.Panicf", "log.Panicln": return .panic
    default: break
    }
    guard name.hasPrefix("testing.") || (isTest && name.hasPrefix("?.")) else { return nil }
    switch name.split(separator: ".").last {
    case "Fatal", "Fatalf", "FailNow", "Skip", "Skipf", "SkipNow": return .panic
    default: return nil
    }
  }

  private func tupleCount(_ argument: NodeID) -> Int? {
    let node = unparenthesized(argument)
    guard tree[node].kind == .call else { return nil }
    let record = checker.types[info.type(node)]
    return record.kind == .tuple ? checker.types.words(record.a).count : nil
  }

  private func resultVariables(_ node: NodeID, _ callee: Call.Callee, _ count: Int) -> [VariableID] {
    if info.mode(node) == .noValue { return [] }
    let type = info.type(node)
    let record = checker.types[type]
    let range = range(node)
    if record.kind == .tuple {
      return checker.types.words(record.a).map { scope.temporary(mapper.value(TypeID($0)), range) }
    }
    if count == 0, type == .unknown { return [] }
    var results = [scope.temporary(mapper.value(type), range)]
    if case .foreign = callee, count == 2 { results.append(scope.temporary(ValueType(.interface), range)) }
    // Of a function that was not found, as many results as the source takes.
    while type == .unknown, results.count < count { results.append(scope.temporary(.unknown, range)) }
    return results
  }

  /// What cannot be deferred or spawned as a call becomes a function of its own that does it.
  private func deferredExpression(_ node: NodeID, _ mode: Call.Mode) -> [VariableID] {
    let outer = scope
    scope = FunctionScope(closureFunction(node), parent: outer)
    scope.depth = outer.depth
    _ = call(node, resultCount: 0)
    let symbol = scope.function.symbol
    finish(at: node)
    scope = outer
    scope.call(Call(.function(symbol), mode: mode, arguments: [], argumentRanges: [], results: []), range(node))
    return []
  }

  // MARK: Conversions

  private func conversion(_ node: NodeID, to target: ValueType, _ arguments: NodeList) -> VariableID {
    guard let argument = arguments.first else { return unknown(node) }
    let operand = value(argument)
    let result = scope.temporary(target, range(node))
    if scope.mapAddresses.contains(operand) { scope.mapAddresses.insert(result) }
    if scope.mapInternals.contains(operand) { scope.mapInternals.insert(result) }
    scope.emit(.convert(into: result, from: operand, kind(from: scope.type(operand), to: target)), range(node))
    return result
  }

  private func kind(from source: ValueType, to target: ValueType) -> Conversion {
    func isPointer(_ type: ValueType) -> Bool { type.class == .cPointer || type.class == .managedPointer }
    switch (source.class, target.class) {
    case (.interface, _), (_, .interface): return .interface
    case (_, .cPointer) where source.class == .integerAddress || source.class == .plain || source.class == .handle,
      (.integerAddress, .managedPointer):
      return .integerToPointer
    case (_, .integerAddress) where isPointer(source): return .pointerToInteger
    case (_, .plain) where isPointer(source): return .pointerToInteger
    default: return isPointer(target) || isPointer(source) ? .pointer : .value
    }
  }

  // MARK: Functions of the language

  private func builtin(_ node: NodeID, _ function: NodeID, _ arguments: NodeList) -> [VariableID] {
    let range = range(node)
    let name =
      tree[function].kind == .selector
      ? "unsafe." + checker.names.string(tree.name(NodeID(tree[function].b)))
      : checker.names.string(tree.name(function))
    switch name {
    case "make", "new": return [allocation(node, name, arguments)]
    case "delete":
      guard arguments.count == 2 else { return [] }
      let map = mapPlace(arguments[0])
      let key = value(arguments[1])
      access(.delete, map, arguments[0], type(arguments[0]).mapType, key: key, keyNode: arguments[1], range)
      return []
    case "clear":
      guard let argument = arguments.first else { return [] }
      if isMap(argument) {
        access(.clear, mapPlace(argument), argument, type(argument).mapType, range)
      } else {
        _ = value(argument)
      }
      return []
    case "len" where arguments.first.map(isMap) ?? false:
      access(.count, mapPlace(arguments[0]), arguments[0], type(arguments[0]).mapType, range)
      return [unknown(node)]
    case "panic":
      for argument in arguments { _ = value(argument) }
      scope.end(.panic, range)
      return []
    case "append": return [append(node, arguments)]
    case "recover":
      let result = scope.temporary(type(node), range)
      scope.emit(.fresh(into: result, .recovered), range)
      return [result]
    case "unsafe.Slice", "unsafe.String", "unsafe.SliceData", "unsafe.StringData", "unsafe.Add":
      let operands = arguments.map { value($0) }
      let result = scope.temporary(type(node), range)
      if let first = operands.first { scope.emit(.convert(into: result, from: first, .pointer), range) }
      return [result]
    default:
      var operands: [VariableID] = []
      for argument in arguments where info.mode(argument) != .type { operands.append(value(argument)) }
      if info.mode(node) == .noValue { return [] }
      let result = scope.temporary(type(node), range)
      scope.emit(.compute(into: result, from: operands), range)
      return [result]
    }
  }

  private func allocation(_ node: NodeID, _ name: String, _ arguments: NodeList) -> VariableID {
    for argument in arguments.dropFirst() { _ = value(argument) }
    let result = scope.temporary(type(node), range(node))
    if name == "make", isMap(node) {
      scope.emit(.mapMake(into: result), range(node))
    } else {
      scope.emit(.fresh(into: result, .managed), range(node))
      if name == "new", let first = arguments.first, info.mode(first) != .type { _ = value(first) }
    }
    return result
  }

  /// The list stays the same, with the new elements in it.
  private func append(_ node: NodeID, _ arguments: NodeList) -> VariableID {
    let result = scope.temporary(type(node), range(node))
    guard let first = arguments.first else { return result }
    let list = value(first)
    let spreads = tree[node].flags.contains(.hasEllipsis)
    var added: [(VariableID, SourceRange)] = []
    for argument in arguments.dropFirst() { added.append((value(argument), range(argument))) }
    scope.emit(.copy(into: result, from: list), range(node))
    for (element, range) in added {
      if spreads {
        scope.emit(.escape(element), range)
      } else {
        scope.emit(
          .store(to: scope.path(MemoryPath(.variable(result), fields: [package.element])), from: element), range)
      }
    }
    return result
  }
}
