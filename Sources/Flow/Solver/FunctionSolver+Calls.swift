extension FunctionSolver {
  /// Runs a call whose operands are known.
  func run(
    _ call: Call, _ arguments: [ValueNumber], _ callee: ValueNumber, _ site: SiteID, _ number: Int32, _ state: State
  ) -> [State] {
    switch call.callee {
    case .foreign(let name): return runForeign(name, call, arguments, site, number, state)
    case .function(let name):
      return runTargets(
        context.program.function(named: name).map { [$0] } ?? [], call, arguments, site, number, state)
    case .interfaceMethod(let name):
      let bodies = context.program.units[unit].implementations[name] ?? []
      let targets = bodies.compactMap { context.program.function(named: $0) }
      return runTargets(targets, call, arguments, site, number, state)
    case .value:
      if callee != .none, case .function(let name) = values[callee].definition,
        let target = context.program.function(named: name)
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

  private func bindUnknown(_ call: Call, _ number: Int32, _ state: State) -> State {
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
      if assume(value, !succeedsOnTrue, &other) { failed = other }
      if !assume(value, succeedsOnTrue, &state) { return failed.map { [$0] } ?? [] }
    }
    if known.parameters.contains(.freesAll) {
      perform(.freeAll(function: name), site, number, &state)
    }
    for (index, argument) in arguments.enumerated() where index < known.parameters.count {
      switch known.parameters[index] {
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
      case .retains: perform(.retain(argument), site, number, &state)
      case .keeps: perform(.escape(argument), site, number, &state)
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
    var states = [state]
    // Most of what takes a function calls it before it returns: `sync.Once.Do`, `slices.SortFunc`, `sync.Map.Range`.
    if !context.callsLater(name) {
      for argument in arguments where argument.index > 0 {
        if case .function(let symbol) = values[argument].definition,
          let target = context.program.function(named: symbol)
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

  // MARK: Functions with a summary

  private func runTargets(
    _ targets: [FunctionID], _ call: Call, _ arguments: [ValueNumber], _ site: SiteID, _ number: Int32, _ state: State
  ) -> [State] {
    var result: [State] = []
    var isUnknown = targets.isEmpty
    for target in targets {
      if let states = replay(target, arguments, call, site, number, state) {
        result += states
      } else {
        isUnknown = true
      }
    }
    if isUnknown {
      var state = state
      if case .interfaceMethod = call.callee {
        let arguments = Set(arguments.dropFirst())
        for index in state.entries.indices
        where arguments.contains(state.entries[index].key) || arguments.contains(state.entries[index].value) {
          state.entries[index].mayBeRemoved = true
        }
      }
      result.append(bindUnknown(call, number, state))
    }
    if result.count > Self.maximumStates { result.removeLast(result.count - Self.maximumStates) }
    return result
  }

  /// Runs the summary of a function; `nil` when it has none that matters.
  private func replay(
    _ target: FunctionID, _ arguments: [ValueNumber], _ call: Call?, _ site: SiteID, _ number: Int32, _ state: State
  ) -> [State]? {
    guard let callee = context.result(of: target), !callee.summary.isTrivial else { return nil }
    replayDepth += 1
    defer { replayDepth -= 1 }
    if replayDepth > Self.maximumReplayDepth || replayWork > Self.maximumReplayWork {
      isIncomplete = true
      return nil
    }
    var result: [State] = []
    for summaryCase in callee.summary.cases {
      var replay = Replay(
        target: target, callee: callee, arguments: arguments, number: number,
        captures: context.program.function(target).captures,
        parameterCount: context.program.function(target).parameters.count,
        isOwnClosure: context.program.function(target).parent == function.symbol)
      result += run(summaryCase, &replay, call, site, state)
      if result.count > Self.maximumStates { break }
    }
    if callee.summary.isIncomplete {
      for index in result.indices { perform(.unknownCall, site, number, &result[index]) }
    }
    if callee.summary.cases.isEmpty {
      // It never comes back.
      return callee.summary.isIncomplete ? nil : []
    }
    return result
  }

  private func run(
    _ summaryCase: SummaryCase, _ replay: inout Replay, _ call: Call?, _ site: SiteID, _ state: State
  ) -> [State] {
    var state = state
    let entry = sites[site]
    for known in summaryCase.knowledge where !replay.isMade(known.value) {
      let value = resolve(known.value, &replay, &state)
      if !assume(value, known.isTrue, &state) { return [] }
    }
    replayWork += summaryCase.effects.count + 1
    for (index, placed) in summaryCase.effects.enumerated() {
      let inner = sites.number(
        Site(
          range: entry.range, statement: entry.statement,
          inner: Site.Inner(function: replay.target, site: placed.site)))
      if case .callValue(let function, let arguments) = placed.effect {
        let function = resolve(function, &replay, &state)
        if case .function(let name) = values[function].definition,
          let target = context.program.function(named: name)
        {
          let arguments = arguments.map { resolve($0, &replay, &state) }
          guard let states = self.replay(target, arguments, nil, site, replay.number, state) else { continue }
          var rest = summaryCase
          rest.effects.removeFirst(index + 1)
          rest.knowledge = []
          var result: [State] = []
          for state in states {
            var fork = replay
            result += run(rest, &fork, call, site, state)
            if result.count >= Self.maximumStates || replayWork > Self.maximumReplayWork { break }
          }
          return result
        }
        perform(.unknownCall, site, replay.number, &state)
        continue
      }
      let effect = placed.effect.map { resolve($0, &replay, &state) }
      if case .unknownCall = effect {
        perform(effect, site, replay.number, &state)
        continue
      }
      let found = perform(effect, inner, replay.number, &state)
      if let found, case .mapLoad(_, _, let value, _) = placed.effect { replay.numbers[value] = found }
      let isLoopHead: Bool
      if case .mapNext = placed.effect { isLoopHead = true } else { isLoopHead = false }
      for made in placed.effect.made where made != .none {
        for known in summaryCase.knowledge where known.value == made {
          let value = resolve(made, &replay, &state)
          if !assume(value, isLoopHead ? true : known.isTrue, &state) { return [] }
        }
      }
    }
    if let call {
      for (index, result) in call.results.enumerated() where index < summaryCase.results.count {
        let number = summaryCase.results[index]
        let value = resolve(number, &replay, &state)
        set(result, value, &state)
        for known in summaryCase.knowledge where known.value == number {
          if !assume(value, known.isTrue, &state) { return [] }
        }
      }
    }
    if replay.isOwnClosure {
      for (index, number) in summaryCase.captures {
        let value = resolve(number, &replay, &state)
        set(replay.captures[Int(index)].outer, value, &state)
      }
    }
    if summaryCase.isPanic { state.isPanicking = true }
    return [state]
  }

  /// The caller's value for one of the callee.
  private func resolve(_ number: ValueNumber, _ replay: inout Replay, _ state: inout State) -> ValueNumber {
    if number == .none { return .none }
    if let known = replay.numbers[number] { return known }
    let abstract = replay.callee.values[number]
    let value: ValueNumber
    switch abstract.definition {
    case .globals: value = .globals
    case .parameter(let index):
      let index = Int(index)
      if index < replay.arguments.count {
        value = replay.arguments[index]
      } else if replay.isOwnClosure, index >= replay.parameterCount,
        index - replay.parameterCount < replay.captures.count
      {
        value = self.value(of: replay.captures[index - replay.parameterCount].outer, &state)
      } else {
        value = values.number(.replayed(replay.number, replay.target, number), type: abstract.type)
      }
    case .field(let base, let field):
      let base = resolve(base, &replay, &state)
      value = loadField(base, field, &state)
    case .constant(let constant): value = values.number(.constant(constant), type: abstract.type)
    case .function(let symbol): value = values.number(.function(symbol), type: abstract.type)
    case .fieldAddress(let base, let field):
      let base = resolve(base, &replay, &state)
      value = values.number(.fieldAddress(base, field), type: abstract.type)
    case .variableAddress, .instruction, .replayed, .blurred:
      value = make(
        .replayed(replay.number, replay.target, number), type: abstract.type, source: abstract.source, &state)
      values.name(value, abstract.name)
    }
    replay.numbers[number] = value
    return value
  }
}

/// A summary that is being run with the caller's values.
private struct Replay {
  let target: FunctionID
  let callee: FunctionResult
  let arguments: [ValueNumber]
  let number: Int32
  let captures: [Capture]
  let parameterCount: Int
  /// Whether it is a closure of the function that runs it: its captures are variables here.
  let isOwnClosure: Bool
  var numbers: [ValueNumber: ValueNumber] = [:]

  /// Whether the callee makes the value itself, so that nothing can be known of it before.
  func isMade(_ number: ValueNumber) -> Bool {
    switch callee.values[number].definition {
    case .instruction, .replayed, .blurred, .variableAddress: true
    default: false
    }
  }
}

extension Effect {
  /// The same effect on other values.
  func map(_ change: (ValueNumber) -> ValueNumber) -> Effect {
    switch self {
    case .allocate(let value, let release): .allocate(change(value), release: release)
    case .make(let value): .make(change(value))
    case .store(let base, let field, let value): .store(base: change(base), field: field, change(value))
    case .mapStore(let map, let key, let value, let isConditional):
      .mapStore(map: change(map), key: change(key), value: change(value), isConditional: isConditional)
    case .mapLoad(let map, let key, let value, let found):
      .mapLoad(map: change(map), key: change(key), value: change(value), found: change(found))
    case .mapNext(let map, let key, let value, let found):
      .mapNext(map: change(map), key: change(key), value: change(value), found: change(found))
    case .mapDelete(let map, let key, let expected):
      .mapDelete(map: change(map), key: change(key), expected: change(expected))
    case .mapClear(let map): .mapClear(map: change(map))
    case .free(let value, let release): .free(change(value), release)
    case .retain(let value): .retain(change(value))
    case .escape(let value): .escape(change(value))
    case .use(let value): .use(change(value))
    case .lock(let base, let field, let mode): .lock(base: change(base), field: field, mode)
    case .unlock(let base, let field, let mode): .unlock(base: change(base), field: field, mode)
    case .callValue(let function, let arguments): .callValue(change(function), arguments.map(change))
    case .freeAll, .unknownCall: self
    }
  }
}
