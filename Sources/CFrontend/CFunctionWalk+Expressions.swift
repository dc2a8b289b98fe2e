import Flow

extension CFunctionWalk {
  /// Functions that do not come back.
  private static let endings: Set<String> = [
    "abort", "exit", "_exit", "_Exit", "quick_exit", "longjmp", "siglongjmp", "__assert_fail", "__assert_rtn",
    "__builtin_trap",
    "__builtin_unreachable",
  ]

  /// The value of an expression in which nothing happens.
  func value(_ node: Int, _ state: State) -> Value {
    let node = function.bare(node)
    switch function.nodes[node].kind {
    case .variable: return state.locals[function.nodes[node].declaration] ?? .unknown
    case .literal:
      switch function.nodes[node].constant {
      case .zero: return .zero
      case .nonZero: return .nonZero
      case .unknown: return .unknown
      }
    case .negation, .not:
      guard let inner = function.first(node) else { return .unknown }
      let value = value(inner, state)
      if function.nodes[node].kind == .negation { return value == .zero || value == .nonZero ? value : .unknown }
      return value == .zero ? .nonZero : value == .nonZero ? .zero : .unknown
    case .addressOf:
      guard let inner = function.first(node).map(function.bare), function.nodes[inner].kind == .variable,
        !function.nodes[inner].isGlobal
      else { return .unknown }
      return .address(function.nodes[inner].declaration)
    case .dereference:
      guard let inner = function.first(node) else { return .unknown }
      switch value(inner, state) {
      case .parameter(let number): return .pointee(number)
      case .address(let variable): return state.locals[variable] ?? .unknown
      default: return .unknown
      }
    default: return .unknown
    }
  }

  /// What an expression gives, and what it does to the state; several outcomes where it depends on conditions.
  mutating func evaluate(_ node: Int, _ state: State) -> [(state: State, value: Value)] {
    let node = function.bare(node)
    guard function.nodes[node].hasEffect else { return [(state, value(node, state))] }
    steps += 1
    guard depth < Self.maximumDepth, steps <= Self.maximumSteps else {
      steps = Self.maximumSteps + 1
      return []
    }
    depth += 1
    defer { depth -= 1 }
    let parts = function.parts(node)
    switch function.nodes[node].kind {
    case .call: return call(node, parts, state)
    case .assignment where parts.count == 2:
      return evaluate(parts[1], state).flatMap { outcome in
        places(parts[0], outcome.state).map { state in
          var state = state
          assign(outcome.value, to: parts[0], &state)
          return (state, outcome.value)
        }
      }
    case .conditional where parts.count == 3:
      let (yes, no) = branch(parts[0], [state])
      return yes.flatMap { evaluate(parts[1], $0) } + no.flatMap { evaluate(parts[2], $0) }
    case .and, .or, .not, .equal, .notEqual:
      let (yes, no) = branch(node, [state])
      return yes.map { ($0, .nonZero) } + no.map { ($0, .zero) }
    case .comma where parts.count == 2:
      return evaluate(parts[0], state).flatMap { evaluate(parts[1], $0.state) }
    case .increment, .decrement, .addition, .subtraction: return count(node, parts, state)
    case .compound: return execute(node, [state]).map { ($0, .unknown) }
    default:
      var states = [state]
      for part in parts where function.nodes[part].hasEffect {
        states = states.flatMap { evaluate(part, $0).map(\.state) }
      }
      return Self.bounded(states).map { ($0, value(node, $0)) }
    }
  }

  /// The states after what happens in the place of an assignment: `table[count++] = p`.
  private mutating func places(_ target: Int, _ state: State) -> [State] {
    let target = function.bare(target)
    var states = [state]
    for part in function.parts(target) where function.nodes[part].hasEffect {
      states = states.flatMap { evaluate(part, $0).map(\.state) }
    }
    return states
  }

  // MARK: Stores

  /// The variable or parameter that a place begins at: `x` of `x->a[2].b`.
  private func root(_ node: Int) -> Int {
    var node = function.bare(node)
    while [.member, .element, .dereference, .addressOf].contains(function.nodes[node].kind),
      let inner = function.first(node)
    {
      node = function.bare(inner)
    }
    return node
  }

  private mutating func assign(_ value: Value, to target: Int, _ state: inout State) {
    let target = function.bare(target)
    let root = root(target)
    let variable = function.nodes[root]
    guard variable.kind == .variable else {
      // A place inside what a function gave: somebody has it.
      if root != target { keep(value) }
      return
    }
    if variable.isGlobal {
      keep(value)
    } else if root == target {
      state.locals[variable.declaration] = value
    } else if function.nodes[target].kind == .dereference || isFirstElement(target) {
      let pointer = function.first(target).map { self.value($0, state) } ?? .unknown
      switch pointer {
      case .address(let pointed): state.locals[pointed] = value
      case .parameter(let number):
        if case .allocated = value {
          if !summary.outputs.contains(number) { summary.outputs.append(number) }
        } else {
          keep(value)
        }
      default: keep(value)
      }
    } else if state.locals[variable.declaration] != nil {
      // A field of what a pointer points at. A struct of the function itself has no value of its own here, and ends with the function.
      keep(value)
    }
  }

  private func isFirstElement(_ node: Int) -> Bool {
    guard function.nodes[node].kind == .element, let index = function.last(node) else { return false }
    return function.nodes[function.bare(index)].constant == .zero
  }

  private mutating func keep(_ value: Value) {
    switch value {
    case .parameter(let number): note(.keeps, on: number)
    case .allocated(let node): kept.insert(node)
    default: break
    }
  }

  // MARK: Counting

  private mutating func count(_ node: Int, _ parts: [Int], _ state: State) -> [(state: State, value: Value)] {
    guard let target = parts.first else { return [(state, .unknown)] }
    var states = [state]
    for part in parts where function.nodes[part].hasEffect {
      states = states.flatMap { evaluate(part, $0).map(\.state) }
    }
    let isUp = [.increment, .addition].contains(function.nodes[node].kind)
    return states.map { state in
      var state = state
      let place = function.bare(target)
      if function.nodes[place].kind == .variable, !function.nodes[place].isGlobal {
        state.locals[function.nodes[place].declaration] = .unknown
      } else {
        count(place, isUp: isUp, &state)
      }
      return (state, .unknown)
    }
  }

  private mutating func count(_ place: Int, isUp: Bool, _ state: inout State) {
    guard case .parameter(let number) = value(root(place), state) else { return }
    if !isUp {
      state.counted |= 1 << UInt64(number)
    } else if function.nodes[place].kind == .member, Self.isCounter(function.name(of: place) ?? "") {
      note(.retains, on: number)
    }
  }

  /// Whether a field counts references, by its name.
  private static func isCounter(_ name: String) -> Bool {
    let name = name.lowercased()
    return name.contains("ref") || name == "rc" || name == "use_count" || name == "usecount" || name == "uses"
  }

  // MARK: Calls

  private mutating func call(_ node: Int, _ parts: [Int], _ state: State) -> [(state: State, value: Value)] {
    guard let first = parts.first else { return [(state, .unknown)] }
    var ways: [(state: State, arguments: [Value])] = [(state, [])]
    for part in parts.dropFirst() {
      ways = ways.flatMap { way in evaluate(part, way.state).map { ($0.state, way.arguments + [$0.value]) } }
    }
    let called = function.bare(first)
    guard function.nodes[called].kind == .function, let name = function.name(of: called) else {
      return ways.map { way in
        if case .parameter(let number) = value(called, way.state) {
          note(.calls, on: number)
          for case .parameter(let context) in way.arguments { note(.context, on: context) }
        }
        return (way.state, .unknown)
      }
    }
    if Self.endings.contains(name) { return [] }
    switch callee(name) {
    case .later: return []
    case .unknown:
      return ways.map { way in
        var state = way.state
        countAtomically(name, Array(parts.dropFirst()), &state)
        forgetAddressed(way.arguments, &state)
        return (state, .unknown)
      }
    case .known(let known): return ways.flatMap { apply(known, node, $0.arguments, $0.state) }
    }
  }

  /// `__sync_sub_and_fetch(&x->refs, 1)`, `g_atomic_int_dec_and_test(&x->refs)`.
  private mutating func countAtomically(_ name: String, _ arguments: [Int], _ state: inout State) {
    guard let first = arguments.first.map(function.bare), function.nodes[first].kind == .addressOf,
      let place = function.first(first).map(function.bare)
    else { return }
    let words = Set(name.lowercased().split(separator: "_"))
    if !words.isDisjoint(with: ["sub", "dec", "decrement", "interlockeddecrement"]) {
      count(place, isUp: false, &state)
    } else if !words.isDisjoint(with: ["add", "inc", "increment", "interlockedincrement"]) {
      count(place, isUp: true, &state)
    }
  }

  /// What is not known may write where the address of a variable leads.
  private func forgetAddressed(_ arguments: [Value], _ state: inout State) {
    for case .address(let variable) in arguments { state.locals[variable] = .unknown }
  }

  private mutating func apply(
    _ known: ForeignFunction, _ node: Int, _ arguments: [Value], _ state: State
  ) -> [(state: State, value: Value)] {
    var done = state
    for (index, argument) in arguments.enumerated() where index < known.parameters.count {
      guard let effect = known.parameters[index] else { continue }
      var target = argument
      if case .address(let variable) = argument { target = state.locals[variable] ?? .unknown }
      guard let number = parameter(target) else {
        if effect == .keeps { keep(target) }
        continue
      }
      let bit = UInt64(1) << UInt64(number)
      switch effect {
      case .frees: done.freed |= bit
      case .releases: if known.confidence == .name { done.mayBeFreed |= bit } else { done.released |= bit }
      case .keeps, .calls, .context, .retains: if case .parameter = target { note(effect, on: number) }
      case .freesAll, .borrows, .endsLoan: break
      }
    }
    forgetAddressed(arguments, &done)
    for output in known.outputs where output < arguments.count {
      switch arguments[output] {
      case .address(let variable): done.locals[variable] = .allocated(node)
      case .parameter(let number): if !summary.outputs.contains(number) { summary.outputs.append(number) }
      default: break
      }
    }
    var result = Value.unknown
    switch known.result {
    case .allocates(let release):
      releases[node] = release
      result = .allocated(node)
    case .parameter(let index) where index < arguments.count: result = arguments[index]
    case .parameter, .borrows, .none: break
    }
    // A function that frees only on success has two outcomes.
    switch known.succeeds {
    case .always: return [(done, result)]
    case .whenZero: return [(done, .zero), (state, .nonZero)]
    case .whenNonZero: return [(done, result == .unknown ? .nonZero : result), (state, .zero)]
    }
  }

  private func parameter(_ value: Value) -> Int? {
    switch value {
    case .parameter(let number), .pointee(let number): number
    default: nil
    }
  }
}
