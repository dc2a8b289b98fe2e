extension FunctionSolver {
  /// Runs an instruction. Nil where the way goes on in `state`; calls can part it in several, or end it, and then these are what goes on.
  func execute(_ instruction: Instruction, _ number: Int32, _ state: inout State) -> [State]? {
    if state.isPanicking { return nil }
    let site = { [self] in
      sites.number(Site(range: instruction.range, statement: instruction.statement))
    }
    switch instruction.operation {
    case .constant(let into, let constant):
      switch constant {
      case .other: makeResult(into, number, 0, .number, &state)
      default: set(into, values.number(.constant(constant), type: type(into)), &state)
      }
    case .copy(let into, let from), .convert(let into, let from, _):
      set(into, value(of: from, &state), &state)
    case .fresh(let into, let origin):
      switch origin {
      case .function(let symbol): set(into, values.number(.function(symbol), type: type(into)), &state)
      case .managed:
        makeResult(into, number, 0, .managed, &state)
        record(.make(value(of: into, &state)), site(), &state)
      case .counter: makeResult(into, number, 0, .number, &state)
      case .mapInternals, .received, .recovered, .unknown: makeResult(into, number, 0, .unknown, &state)
      }
    case .compute(let into, _): makeResult(into, number, 0, .number, &state)
    case .address(let into, let path):
      let path = function.paths[Int(path.rawValue)]
      if let place = place(at: pathID(of: instruction.operation), &state) {
        set(into, values.number(.fieldAddress(place.base, place.field), type: type(into)), &state)
      } else if case .variable(let variable) = path.root {
        set(into, values.number(.variableAddress(variable), type: type(into)), &state)
      }
    case .load(let into, let path): set(into, value(at: path, &state), &state)
    case .store(let path, let from):
      let from = value(of: from, &state)
      if let place = place(at: path, &state) {
        perform(.store(base: place.base, field: place.field, from), site(), number, &state)
      } else if case .variable(let variable) = function.paths[Int(path.rawValue)].root {
        set(variable, from, &state)
      }
    case .mapMake(let into):
      makeResult(into, number, 0, .map, &state)
      record(.make(value(of: into, &state)), site(), &state)
    case .map(let access):
      guard access.kind == .next else {
        execute(access, site(), number, &state)
        return nil
      }
      let before = state
      execute(access, site(), number, &state)
      let others = revisits(access, before, number)
      return others.isEmpty ? nil : [state] + others
    case .call(let index):
      let call = function.calls[Int(index)]
      let arguments = call.arguments.map { value(of: $0, &state) }
      var callee = ValueNumber.none
      if case .value(let variable) = call.callee { callee = value(of: variable, &state) }
      switch call.mode {
      case .direct:
        let isHeld = isLockHeldAtCall[number] ?? true
        isLockHeldAtCall[number] = isHeld && state.locks.contains { $0.mode == .exclusive }
        return run(call, arguments, callee, site(), number, state)
      case .deferred:
        let deferred = DeferredCall(instruction: number, callee: callee, arguments: arguments)
        // In a loop the same call waits once for each round; one stands for all.
        if !state.deferred.contains(deferred) { state.deferred.append(deferred) }
      case .spawned:
        for argument in arguments { perform(.escape(argument), site(), number, &state) }
      }
    case .lock(let path, let mode):
      let place = lockPlace(path, &state)
      perform(.lock(base: place.base, field: place.field, mode), site(), number, &state)
    case .unlock(let path, let mode):
      let place = lockPlace(path, &state)
      perform(.unlock(base: place.base, field: place.field, mode), site(), number, &state)
    case .use(let variable):
      perform(.use(value(of: variable, &state)), site(), number, &state)
    case .escape(let variable):
      perform(.escape(value(of: variable, &state)), site(), number, &state)
    }
    return nil
  }

  private func pathID(of operation: Operation) -> PathID {
    if case .address(_, let path) = operation { return path }
    preconditionFailure("only addresses are asked for their path")
  }

  private func lockPlace(_ path: PathID, _ state: inout State) -> (base: ValueNumber, field: Symbol) {
    place(at: path, &state) ?? (value(at: path, &state), .empty)
  }

  func type(_ variable: VariableID) -> ValueType { function.variables[Int(variable.rawValue)].type }

  @discardableResult
  func makeResult(
    _ into: VariableID, _ number: Int32, _ index: Int32, _ source: ValueSource, _ state: inout State
  ) -> ValueNumber {
    let value = make(.instruction(number, index), type: type(into), source: source, &state)
    set(into, value, &state)
    return value
  }

  /// Whether a map can hold addresses of C at all.
  private func isRelevant(_ access: MapAccess) -> Bool {
    guard let type = context.program.mapType(access.mapType, unit: unit) else { return true }
    return type.key.isAddress || type.value.isAddress
  }

  private func execute(_ access: MapAccess, _ site: SiteID, _ number: Int32, _ state: inout State) {
    guard isRelevant(access) else {
      if access.kind == .next, let key = access.key { makeResult(key, number, 0, .unknown, &state) }
      if let value = access.value, access.kind != .store, access.kind != .delete {
        makeResult(value, number, 1, .unknown, &state)
      }
      if let found = access.found { makeResult(found, number, 2, .unknown, &state) }
      return
    }
    let map = value(at: access.map, &state)
    let key = access.kind == .next ? nil : access.key.map { value(of: $0, &state) }
    switch access.kind {
    case .store:
      guard let key, let stored = access.value else { return }
      let value = value(of: stored, &state)
      perform(
        .mapStore(map: map, key: key, value: value, isConditional: access.isConditional), site, number, &state)
      if access.isConditional, let found = access.found { makeResult(found, number, 2, .unknown, &state) }
    case .load, .loadAndDelete:
      guard let key else { return }
      let type = context.program.mapType(access.mapType, unit: unit)
      let new = make(
        .instruction(number, 1), type: access.value.map(self.type) ?? type?.value ?? .unknown, source: .mapLookup,
        &state)
      let found =
        access.found.map { make(.instruction(number, 2), type: self.type($0), &state) } ?? ValueNumber.none
      let loaded = perform(.mapLoad(map: map, key: key, value: new, found: found), site, number, &state)
      if let into = access.value { set(into, loaded ?? new, &state) }
      if let into = access.found { set(into, found, &state) }
      if access.kind == .loadAndDelete {
        perform(.mapDelete(map: map, key: key, expected: .none), site, number, &state)
      }
    case .delete:
      guard let key else { return }
      let expected = access.isConditional ? access.value.map { value(of: $0, &state) } ?? .none : .none
      perform(.mapDelete(map: map, key: key, expected: expected), site, number, &state)
    case .clear: perform(.mapClear(map: map), site, number, &state)
    case .next:
      let type = context.program.mapType(access.mapType, unit: unit)
      let key = make(
        .instruction(number, 0), type: access.key.map(self.type) ?? type?.key ?? .unknown, source: .mapKey, &state)
      let value = make(
        .instruction(number, 1), type: access.value.map(self.type) ?? type?.value ?? .unknown, source: .mapLookup,
        &state)
      let found = access.found.map { make(.instruction(number, 2), type: self.type($0), &state) } ?? ValueNumber.none
      if let into = access.key { set(into, key, &state) }
      if let into = access.value { set(into, value, &state) }
      if let into = access.found { set(into, found, &state) }
      perform(.mapNext(map: map, key: key, value: value, found: found), site, number, &state)
    case .count:
      if let into = access.value { makeResult(into, number, 1, .number, &state) }
    }
  }
}

extension FunctionSolver {
  /// A loop over a map comes by every entry: the ways on which this round's is one that holds what was released.
  private func revisits(_ access: MapAccess, _ before: State, _ number: Int32) -> [State] {
    guard isRelevant(access) else { return [] }
    var start = before
    let map = value(at: access.map, &start)
    var result: [State] = []
    for entry in start.entries where entry.map == map && !entry.mayBeRemoved && entry.origin != .ranged {
      guard !isBlurred(entry.key), let dangling = dangling(entry, start), result.count < 2 else { continue }
      let place = instructions[Int(number)]
      let instruction = function.blocks[Int(place.block)].instructions[Int(place.index)]
      let site = sites.number(Site(range: instruction.range, statement: instruction.statement))
      var state = start
      state.updatePointer(dangling.pointer.value) { $0.staleLookup = site }
      if let key = access.key { set(key, entry.key, &state) }
      if let into = access.value { set(into, entry.value, &state) }
      if let found = access.found { set(found, values.number(.constant(.true)), &state) }
      result.append(state)
    }
    return result
  }
}

extension ValueType {
  /// Whether it is, or holds, what can be an address of C, or is not known well enough to say no: `sync.Map` takes interfaces.
  var isAddress: Bool {
    holdsCPointer || holdsIntegerAddress || self.class == .cPointer || self.class == .integerAddress
      || self.class == .unknown || self.class == .interface
  }
}
