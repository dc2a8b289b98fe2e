extension FunctionSolver {
  /// Runs a call whose operands are known.
  func run(
    _ call: Call, _ arguments: [ValueNumber], _ callee: ValueNumber, _ site: SiteID, _ number: Int32, _ state: State
  ) -> [State] {
    switch call.callee {
    case .foreign(let name): return runForeign(name, call, arguments, site, number, state)
    case .function(let name):
      return runTargets(
        context.function(named: name).map { [$0] } ?? [], call, arguments, site, number, state)
    case .interfaceMethod(let name): return runMethod(name, call, arguments, site, number, state)
    case .value:
      if callee != .none, case .function(let name) = values[callee].definition,
        let target = context.function(named: name)
      {
        return runTargets([target], call, arguments, site, number, state)
      }
      var state = state
      perform(.callValue(callee, arguments), site, number, &state)
      perform(.unknownCall, site, number, &state)
      return [bindUnknown(call, number, state)]
    case .library(let name): return runLibrary(name, call, arguments, site, number, state)
    }
  }

  /// Runs a deferred call at the end of a way.
  func runDeferred(_ deferred: DeferredCall, _ state: State) -> [State] {
    let place = instructions[Int(deferred.instruction)]
    let instruction = function.blocks[Int(place.block)].instructions[Int(place.index)]
    guard case .call(let index) = instruction.operation else { return [state] }
    let site = sites.number(Site(range: instruction.range, statement: instruction.statement))
    return run(
      function.calls[Int(index)], deferred.arguments, deferred.callee, site, deferred.instruction, state)
  }

  func bindUnknown(_ call: Call, _ number: Int32, _ state: State) -> State {
    var state = state
    for (index, result) in call.results.enumerated() { makeResult(result, number, Int32(index), .unknown, &state) }
    return state
  }

  // MARK: C

  /// A name alone is believed only where the types fit: what is freed, or comes back, is a pointer to a type of C.
  private func trusted(
    _ known: ForeignFunction?, _ call: Call, _ arguments: [ValueNumber]
  ) -> ForeignFunction? {
    guard var known, known.confidence == .name else { return known }
    // A guessed release that gives a number back: zero is success by the custom of C.
    if let result = call.results.first, type(result).class == .plain || type(result).class == .unknown {
      known.succeeds = .whenZero
    }
    for index in known.parameters.indices where known.parameters[index] != nil {
      if index >= arguments.count || arguments[index].index <= 0 || !isPointer(call.arguments[index], arguments[index])
      {
        known.parameters[index] = nil
      }
    }
    if case .allocates = known.result {
      guard let result = call.results.first, type(result).class == .cPointer else {
        known.result = .none
        return known
      }
    }
    return known
  }

  private func isPointer(_ variable: VariableID, _ value: ValueNumber) -> Bool {
    type(variable).class == .cPointer || values[value].type.class == .cPointer || isAddress(value)
  }

  private func runForeign(
    _ name: Symbol, _ call: Call, _ arguments: [ValueNumber], _ site: SiteID, _ number: Int32, _ state: State
  ) -> [State] {
    let known = trusted(context.foreign(name, unit: unit), call, arguments)
    var state = state
    for (index, argument) in arguments.enumerated() {
      let effect = known.flatMap { index < $0.parameters.count ? $0.parameters[index] : nil }
      if effect == .frees || effect == .releases { continue }
      perform(.use(argument), site, number, &state)
    }
    state = bindUnknown(call, number, state)
    guard let known else { return [state] }
    var failed: State?
    if known.succeeds != .always, let result = call.results.first,
      known.parameters.contains(where: { $0 == .frees || $0 == .releases })
    {
      var other = state
      let value = value(of: result, &state)
      let succeedsOnTrue = known.succeeds == .whenNonZero
      if assume(value, !succeedsOnTrue, &other) {
        // Whoever tried to release it is not the one who forgot it.
        for (index, argument) in arguments.enumerated() where index < known.parameters.count && isFollowed(argument) {
          if known.parameters[index] == .frees { other.updatePointer(argument) { $0.isEscaped = true } }
        }
        failed = other
      }
      if !assume(value, succeedsOnTrue, &state) { return failed.map { [$0] } ?? [] }
    }
    if known.parameters.contains(.freesAll) {
      perform(.freeAll(function: name), site, number, &state)
    }
    for (index, argument) in arguments.enumerated() where index < known.parameters.count {
      switch known.parameters[index] {
      case .frees where isAddress(argument) && known.name == "free":
        // `free(&list[0])` ends the list, and says nothing of what it holds.
        break
      case .frees where isAddress(argument):
        freeTarget(
          argument, Release(isReference: false, confidence: known.confidence, function: name), site, number, &state)
      case .releases where isAddress(argument):
        freeTarget(
          argument, Release(isReference: true, confidence: known.confidence, function: name), site, number, &state)
      case .frees:
        perform(
          .free(argument, Release(isReference: false, confidence: known.confidence, function: name)), site, number,
          &state)
      case .releases:
        perform(
          .free(argument, Release(isReference: true, confidence: known.confidence, function: name)), site, number,
          &state)
      case .endsLoan:
        let end = Release(isReference: false, confidence: known.confidence, function: name, isLoan: true)
        endLoan(of: argument, end, site, state)
        perform(.free(argument, end), site, number, &state)
      case .retains: perform(.retain(argument), site, number, &state)
      case .keeps:
        perform(.escape(argument), site, number, &state)
        if isFollowed(argument) { state.updatePointer(argument) { $0.keeper = name } }
      default: break
      }
    }
    for output in known.outputs where output < arguments.count {
      storeOutput(arguments[output], output, site, number, &state)
    }
    if let result = call.results.first {
      switch known.result {
      case .allocates(let release):
        let value = make(.instruction(number, 100), type: type(result), source: .foreignAllocation, &state)
        set(result, value, &state)
        perform(.allocate(value, release: release.map(context.program.symbols.intern) ?? .empty), site, number, &state)
      case .parameter(let index) where index < arguments.count: set(result, arguments[index], &state)
      case .parameter, .none, .borrows: break
      }
    }
    return failed.map { [state, $0] } ?? [state]
  }

  private func isAddress(_ value: ValueNumber) -> Bool {
    guard value.index > 0 else { return false }
    switch values[value].definition {
    case .variableAddress, .fieldAddress: return true
    default: return false
    }
  }

  /// Frees what the variable or field holds whose address is given, and sets it to nil: `avcodec_free_context(&c)`.
  private func freeTarget(
    _ address: ValueNumber, _ release: Release, _ site: SiteID, _ number: Int32, _ state: inout State
  ) {
    let empty = values.number(.constant(.nil))
    switch values[address].definition {
    case .variableAddress(let variable):
      let held = value(of: variable, &state)
      guard type(variable).class == .cPointer || type(variable).class == .unknown else { return }
      perform(.free(held, release), site, number, &state)
      set(variable, empty, &state)
    case .fieldAddress(let base, let field):
      let held = loadField(base, field, &state)
      let type = context.type(ofFieldOrGlobal: field).class
      guard type == .cPointer || type == .unknown || values[held].type.class == .cPointer else { return }
      perform(.free(held, release), site, number, &state)
      perform(.store(base: base, field: field, empty), site, number, &state)
    default: break
    }
  }

  /// Puts fresh memory where an argument `&db` points.
  private func storeOutput(
    _ argument: ValueNumber, _ index: Int, _ site: SiteID, _ number: Int32, _ state: inout State
  ) {
    guard argument.index > 0 else { return }
    switch values[argument].definition {
    case .variableAddress(let variable):
      let value = make(
        .instruction(number, 200 + Int32(index)), type: type(variable), source: .foreignAllocation, &state)
      set(variable, value, &state)
      perform(.allocate(value, release: .empty), site, number, &state)
    case .fieldAddress(let base, let field):
      let value = make(
        .instruction(number, 200 + Int32(index)), type: context.type(ofFieldOrGlobal: field),
        source: .foreignAllocation, &state)
      perform(.allocate(value, release: .empty), site, number, &state)
      perform(.store(base: base, field: field, value), site, number, &state)
    default: break
    }
  }

  // MARK: Libraries

  private func runLibrary(
    _ name: Symbol, _ call: Call, _ arguments: [ValueNumber], _ site: SiteID, _ number: Int32, _ state: State
  ) -> [State] {
    if let mode = context.unlocks(name), let lock = arguments.first, lock.index > 0 {
      // A deferred one; the others are instructions of their own.
      var state = state
      switch values[lock].definition {
      case .fieldAddress(let base, let field):
        perform(.unlock(base: base, field: field, mode), site, number, &state)
      case .variableAddress(let variable):
        perform(.unlock(base: value(of: variable, &state), field: .empty, mode), site, number, &state)
      default: perform(.unlock(base: lock, field: .empty, mode), site, number, &state)
      }
      return [state]
    }
    // A method of a type that was not found, `io.Closer` without the standard library: the receiver can still be known.
    if context.program.isUnresolvedMethod(name) {
      return runMethod(name, call, arguments, site, number, state, isOfInterface: false)
    }
    var states = [state]
    // Most of what takes a function calls it before it returns: `sync.Once.Do`, `slices.SortFunc`, `sync.Map.Range`.
    if !context.callsLater(name) {
      for argument in arguments where argument.index > 0 {
        if case .function(let symbol) = values[argument].definition,
          let target = context.function(named: symbol)
        {
          states = states.flatMap { replay(target, [], nil, site, number, $0) ?? [$0] }
        }
      }
    }
    return states.map { state in
      var state = bindUnknown(call, number, state)
      if context.givesError(name), let result = call.results.first {
        _ = assume(value(of: result, &state), true, &state)
      }
      return state
    }
  }
}
