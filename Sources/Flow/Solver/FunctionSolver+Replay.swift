// Calls of functions that have a summary: its effects are run again with the values of the caller.
//
// A function value or interface method that only a caller of the callee knows stands in the summary as a call; where the value is known,
// the summary of what it means is run in its place.

extension FunctionSolver {
  /// How many bodies of an interface method are tried when nothing says which one is meant.
  private static let maximumBodies = 3

  func runTargets(
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
    if isUnknown { result.append(bindUnknown(call, number, state)) }
    if result.count > Self.maximumStates { result.removeLast(result.count - Self.maximumStates) }
    return result
  }

  /// A call of an interface method, or of a method of a type that was not found.
  func runMethod(
    _ name: Symbol, _ call: Call, _ arguments: [ValueNumber], _ site: SiteID, _ number: Int32, _ state: State,
    isOfInterface: Bool = true
  ) -> [State] {
    if let target = body(of: name, receiver: arguments.first) {
      return runTargets([target], call, arguments, site, number, state)
    }
    let bodies = context.bodies(ofMethod: name, unit: unit)
    if !bodies.isEmpty, bodies.count <= Self.maximumBodies {
      return runTargets(
        bodies.compactMap { context.function(named: $0) }, call, arguments, site, number, state)
    }
    var state = bindUnknown(call, number, state)
    // A method of a library's type is not expected to know the maps of its caller.
    let others = isOfInterface ? Set(arguments.dropFirst()) : []
    for index in state.entries.indices
    where others.contains(state.entries[index].key) || others.contains(state.entries[index].value) {
      state.entries[index].mayBeRemoved = true
    }
    if let receiver = arguments.first, isGiven(receiver) {
      let results = call.results.map { value(of: $0, &state) }
      record(.callMethod(name, arguments, results: results), site, &state)
    }
    return [state]
  }

  /// Whether a value comes from the caller, who may know more of it.
  private func isGiven(_ value: ValueNumber) -> Bool {
    guard value.index > 0 else { return false }
    switch values[value].definition {
    case .parameter, .field: return true
    default: return false
    }
  }

  /// The body of an interface method for a receiver whose type is known: the method of that name of the receiver's type.
  private func body(of name: Symbol, receiver: ValueNumber?) -> FunctionID? {
    let bodies = context.bodies(ofMethod: name, unit: unit)
    if bodies.count == 1 { return context.function(named: bodies[0]) }
    guard let receiver, receiver.index > 0 else { return nil }
    let type = values[receiver].type
    guard type.class == .managedPointer || type.class == .aggregate else { return nil }
    let symbols = context.program.symbols
    let owner = FlowReport.lastPart(symbols.name(type.name)).drop { $0 == "*" }
    let method = FlowReport.lastPart(symbols.name(name))
    // Interfaces with many implementations are not listed: most types are of the package that uses them.
    let package = symbols.name(context.program.units[unit].name)
    for receiver in ["(*\(owner))", "\(owner)"] {
      let end = ".\(receiver).\(method)"
      let listed = bodies.filter { symbols.name($0).hasSuffix(end) }
      if listed.count == 1, let found = context.function(named: listed[0]) { return found }
      if listed.isEmpty, let found = context.function(named: symbols.intern(package + end)) { return found }
    }
    return nil
  }

  /// Runs the summary of a function and binds its results; `nil` when it has none that matters.
  func replay(
    _ target: FunctionID, _ arguments: [ValueNumber], _ call: Call?, _ site: SiteID, _ number: Int32, _ state: State
  ) -> [State]? {
    outcomes(of: target, arguments, resultCount: call?.results.count ?? 0, site, number, state)?.map { outcome in
      var state = outcome.state
      for (result, value) in zip(call?.results ?? [], outcome.results) { set(result, value, &state) }
      return state
    }
  }

  private func outcomes(
    of target: FunctionID, _ arguments: [ValueNumber], resultCount: Int, _ site: SiteID, _ number: Int32,
    _ state: State
  ) -> [Outcome]? {
    guard let callee = context.result(of: target) else { return nil }
    replayDepth += 1
    defer { replayDepth -= 1 }
    if replayDepth > Self.maximumReplayDepth || replayWork > Self.maximumReplayWork {
      isIncomplete = true
      return nil
    }
    let function = context.program.function(target)
    var result: [Outcome] = []
    for summaryCase in callee.summary.cases {
      let replay = Replay(
        target: target, callee: callee, summaryCase: summaryCase, arguments: arguments, number: number, site: site,
        resultCount: resultCount, captures: function.captures, parameterCount: function.parameters.count,
        isOwnClosure: function.parent == self.function.symbol)
      result += run(replay, state)
      if result.count > Self.maximumStates { break }
    }
    if callee.summary.isIncomplete {
      for index in result.indices { perform(.unknownCall, site, number, &result[index].state) }
    }
    if callee.summary.cases.isEmpty {
      // It never comes back.
      return callee.summary.isIncomplete ? nil : []
    }
    return result
  }

  private func run(_ replay: Replay, _ state: State) -> [Outcome] {
    var state = state
    var replay = replay
    for known in replay.summaryCase.knowledge where !replay.isMade(known.value) {
      let value = resolve(known.value, &replay, &state)
      if !assume(value, known.isTrue, &state) { return [] }
    }
    return run(&replay, from: 0, state)
  }

  private func run(_ replay: inout Replay, from start: Int, _ state: State) -> [Outcome] {
    var state = state
    let entry = sites[replay.site]
    let effects = replay.summaryCase.effects
    replayWork += effects.count - start + 1
    for index in start..<effects.count {
      let placed = effects[index]
      switch placed.effect {
      case .callValue, .callMethod:
        if let found = runGiven(placed.effect, &replay, next: index + 1, &state) { return found }
        continue
      case .unknownCall:
        perform(.unknownCall, replay.site, replay.number, &state)
        continue
      default: break
      }
      let inner = sites.number(
        Site(
          range: entry.range, statement: entry.statement,
          inner: Site.Inner(function: replay.target, site: placed.site)))
      let effect = placed.effect.map { resolve($0, &replay, &state) }
      let found = perform(effect, inner, replay.number, &state)
      if let found, case .mapLoad(_, _, let value, _) = placed.effect { replay.set(value, found) }
      if !assumeMade(placed.effect, &replay, &state) { return [] }
    }
    return finish(&replay, state)
  }

  /// Takes for granted what the callee has found out of the values that an effect makes.
  private func assumeMade(_ effect: Effect, _ replay: inout Replay, _ state: inout State) -> Bool {
    // The summary of a loop tells of a round: there was an entry.
    let isLoopHead: Bool
    if case .mapNext = effect { isLoopHead = true } else { isLoopHead = false }
    for made in effect.made where made != .none {
      for known in replay.summaryCase.knowledge where known.value == made {
        let value = resolve(made, &replay, &state)
        if !assume(value, isLoopHead || known.isTrue, &state) { return false }
      }
    }
    return true
  }

  /// A call in a summary of what only callers know; `nil` when it is not known here either, and the summary goes on.
  private func runGiven(
    _ effect: Effect, _ replay: inout Replay, next: Int, _ state: inout State
  ) -> [Outcome]? {
    let callee: FunctionID?
    let arguments: [ValueNumber]
    var results: [ValueNumber] = []
    switch effect {
    case .callValue(let function, let given):
      arguments = given.map { resolve($0, &replay, &state) }
      let function = resolve(function, &replay, &state)
      if case .function(let name) = values[function].definition {
        callee = context.function(named: name)
      } else {
        callee = nil
        if isGiven(function) { record(.callValue(function, arguments), replay.site, &state) }
        perform(.unknownCall, replay.site, replay.number, &state)
      }
    case .callMethod(let name, let given, let made):
      arguments = given.map { resolve($0, &replay, &state) }
      results = made
      callee = body(of: name, receiver: arguments.first)
      if callee == nil, let receiver = arguments.first, isGiven(receiver) {
        let made = made.map { resolve($0, &replay, &state) }
        record(.callMethod(name, arguments, results: made), replay.site, &state)
      }
    default: return nil
    }
    guard let callee,
      let outcomes = outcomes(of: callee, arguments, resultCount: results.count, replay.site, replay.number, state)
    else { return assumeMade(effect, &replay, &state) ? nil : [] }
    var found: [Outcome] = []
    for outcome in outcomes {
      var fork = replay
      var state = outcome.state
      for (number, value) in zip(results, outcome.results) { fork.set(number, value) }
      if !assumeMade(effect, &fork, &state) { continue }
      found += state.isPanicking ? [Outcome(state: state, results: [])] : run(&fork, from: next, state)
      if found.count >= Self.maximumStates || replayWork > Self.maximumReplayWork { break }
    }
    return found
  }

  private func finish(_ replay: inout Replay, _ state: State) -> [Outcome] {
    var state = state
    let summaryCase = replay.summaryCase
    var results: [ValueNumber] = []
    for number in summaryCase.results.prefix(replay.resultCount) {
      let value = resolve(number, &replay, &state)
      results.append(value)
      for known in summaryCase.knowledge where known.value == number {
        if !assume(value, known.isTrue, &state) { return [] }
      }
    }
    if replay.isOwnClosure {
      for (index, number) in summaryCase.captures.sorted(by: { $0.key < $1.key }) {
        let value = resolve(number, &replay, &state)
        set(replay.captures[Int(index)].outer, value, &state)
      }
    }
    if summaryCase.isPanic { state.isPanicking = true }
    return [Outcome(state: state, results: results)]
  }

  /// The caller's value for one of the callee.
  private func resolve(_ number: ValueNumber, _ replay: inout Replay, _ state: inout State) -> ValueNumber {
    if number == .none { return .none }
    if let known = replay.number(of: number) { return known }
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
    replay.set(number, value)
    return value
  }
}

/// What a callee leaves behind on one way.
private struct Outcome {
  var state: State
  var results: [ValueNumber]
}

/// A way of a summary that is being run with the caller's values.
private struct Replay {
  let target: FunctionID
  let callee: FunctionResult
  let summaryCase: SummaryCase
  let arguments: [ValueNumber]
  let number: Int32
  let site: SiteID
  let resultCount: Int
  let captures: [Capture]
  let parameterCount: Int
  /// Whether it is a closure of the function that runs it: its captures are variables here.
  let isOwnClosure: Bool
  /// The caller's values for those of the callee that have come up: a few dozen at most, so a list is faster than a dictionary.
  private var numbers: [(inner: ValueNumber, outer: ValueNumber)] = []

  init(
    target: FunctionID, callee: FunctionResult, summaryCase: SummaryCase, arguments: [ValueNumber], number: Int32,
    site: SiteID, resultCount: Int, captures: [Capture], parameterCount: Int, isOwnClosure: Bool
  ) {
    self.target = target
    self.callee = callee
    self.summaryCase = summaryCase
    self.arguments = arguments
    self.number = number
    self.site = site
    self.resultCount = resultCount
    self.captures = captures
    self.parameterCount = parameterCount
    self.isOwnClosure = isOwnClosure
  }

  /// The caller's value for one of the callee, where it has come up.
  func number(of inner: ValueNumber) -> ValueNumber? {
    for pair in numbers where pair.inner == inner { return pair.outer }
    return nil
  }

  mutating func set(_ inner: ValueNumber, _ outer: ValueNumber) {
    for index in numbers.indices where numbers[index].inner == inner {
      numbers[index].outer = outer
      return
    }
    numbers.append((inner, outer))
  }

  /// Whether the callee makes the value itself, so that nothing can be known of it before.
  func isMade(_ number: ValueNumber) -> Bool {
    switch callee.values[number].definition {
    case .instruction, .replayed, .blurred, .variableAddress: true
    case .field(let base, _), .fieldAddress(let base, _): isMade(base)
    default: false
    }
  }
}
