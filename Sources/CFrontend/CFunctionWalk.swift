// One C function, walked along its paths.
//
// A state says what each local variable holds, and for each pointer parameter whether it was freed, given back, counted down, or found null.
// Conditions split states: a test for null, a comparison with a constant, the result of a function that frees only on success. A loop is run once or not at
// all, `goto` goes forward. States that agree fall together, and beyond a bound the rest are joined.
//
// At the end the exits are looked at together, for each parameter those on which it is not null:
// - freed on all of them: the function frees it;
// - freed exactly where the function returns zero, or where it does not: it frees on success;
// - freed on some, counted down on the others: it gives back a reference;
// - freed on some only: it may free. That is taken for a reference given back, and known no better than by a name.

import Flow

struct CFunctionWalk {
  /// What is known of a callee.
  enum Callee {
    case known(ForeignFunction)
    case unknown
    /// It is of the same circle of calls and not known yet.
    case later
  }

  /// What a value is.
  enum Value: Hashable {
    case unknown, zero, nonZero
    /// What was given for a pointer parameter.
    case parameter(Int)
    /// What that points at.
    case pointee(Int)
    /// Memory made at a node of this function.
    case allocated(Int)
    /// The address of a local variable.
    case address(UInt32)
  }

  /// Beyond this many states of one place they are joined.
  static let maximumStates = 16
  /// Statements and expressions that nest deeper are not followed: the walk recurses.
  static let maximumDepth = 220
  /// Steps after which a function is given up.
  static let maximumSteps = 60_000

  let function: CFunction
  let callee: (String) -> Callee
  var summary: ForeignFunction
  var exits: [(state: State, value: Value)] = []
  /// The release functions of allocations, by node.
  var releases: [Int: String] = [:]
  /// Allocations that something else holds as well.
  var kept: Set<Int> = []
  var steps = 0
  var depth = 0
  private var breaks: [[State]] = []
  private var continues: [[State]] = []
  private var switches: [(entry: [State], hasDefault: Bool)] = []
  private var pending: [String: [State]] = [:]

  init(_ function: CFunction, callee: @escaping (String) -> Callee) {
    self.function = function
    self.callee = callee
    summary = ForeignFunction(
      name: function.name, confidence: .body, parameters: Array(repeating: nil, count: function.parameters.count))
  }

  /// The summary of the function; without effects when it is too large to be followed.
  mutating func run() -> ForeignFunction {
    let empty = summary
    var start = State(LocalSlots(function))
    for (number, parameter) in function.parameters.enumerated() where parameter.isPointer && number < 64 {
      start.locals[parameter.declaration] = .parameter(number)
    }
    for state in execute(0, [start]) { exits.append((state, .unknown)) }
    if steps > Self.maximumSteps { return empty }
    conclude()
    return summary
  }

  mutating func note(_ effect: ForeignFunction.Effect, on parameter: Int) {
    let order: [ForeignFunction.Effect] = [
      .borrows, .context, .calls, .keeps, .retains, .releases, .frees, .freesAll,
    ]
    let rank = { (effect: ForeignFunction.Effect?) in effect.flatMap { order.firstIndex(of: $0) } ?? -1 }
    if rank(effect) > rank(summary.parameters[parameter]) { summary.parameters[parameter] = effect }
  }

  // MARK: Statements

  /// The states behind a statement.
  mutating func execute(_ node: Int, _ states: [State]) -> [State] {
    steps += 1
    guard depth < Self.maximumDepth, steps <= Self.maximumSteps else {
      steps = Self.maximumSteps + 1
      return []
    }
    depth += 1
    defer { depth -= 1 }
    switch function.nodes[node].kind {
    case .compound:
      var states = states
      var part = function.first(node)
      while let current = part {
        states = execute(current, states)
        part = function.next(current, of: node)
      }
      return states
    case .if: return runIf(node, states)
    case .while, .do, .for: return loop(node, states)
    case .switch: return runSwitch(node, states)
    case .case, .default:
      if !switches.isEmpty, function.nodes[node].kind == .default { switches[switches.count - 1].hasDefault = true }
      return function.last(node).map { execute($0, Self.bounded(states + (switches.last?.entry ?? []))) } ?? states
    case .label:
      let arrived = function.name(of: node).flatMap { pending.removeValue(forKey: $0) } ?? []
      return function.last(node).map { execute($0, Self.bounded(states + arrived)) } ?? states
    case .goto:
      if let name = function.name(of: node) { pending[name] = Self.bounded((pending[name] ?? []) + states) }
      return []
    case .break:
      if !breaks.isEmpty { breaks[breaks.count - 1] += states }
      return []
    case .continue:
      if !continues.isEmpty { continues[continues.count - 1] += states }
      return []
    case .return:
      for state in states {
        if let value = function.first(node) {
          exits += evaluate(value, state).map { ($0.state, $0.value) }
        } else {
          exits.append((state, .unknown))
        }
      }
      return []
    case .declaration:
      guard let initial = function.last(node) else { return states }
      let declaration = function.nodes[node].declaration
      let isGlobal = function.nodes[node].isGlobal
      return Self.bounded(
        states.flatMap { state in
          evaluate(initial, state).map { outcome in
            var state = outcome.state
            if !isGlobal { state.locals[declaration] = outcome.value }
            return state
          }
        })
    default:
      guard function.nodes[node].hasEffect else { return states }
      // A statement of declarations, or one of a kind that does not matter: its parts in their order.
      if function.nodes[node].kind == .other {
        return function.parts(node).reduce(states) { execute($1, $0) }
      }
      return Self.bounded(states.flatMap { evaluate(node, $0).map(\.state) })
    }
  }

  private mutating func runIf(_ node: Int, _ states: [State]) -> [State] {
    let parts = function.parts(node)
    guard parts.count >= 2 else { return states }
    let (yes, no) = branch(parts[0], states)
    let after = execute(parts[1], yes)
    return Self.bounded(after + (parts.count > 2 ? execute(parts[2], no) : no))
  }

  private mutating func loop(_ node: Int, _ states: [State]) -> [State] {
    let parts = function.parts(node)
    let kind = function.nodes[node].kind
    guard let last = parts.last else { return states }
    breaks.append([])
    continues.append([])
    var skipped: [State] = []
    var after: [State] = []
    switch kind {
    case .while where parts.count == 2:
      let (yes, no) = branch(parts[0], states)
      skipped = no
      after = branch(parts[0], execute(last, yes) + (continues.last ?? [])).no
    case .do where parts.count == 2:
      after = branch(last, execute(parts[0], states) + (continues.last ?? [])).no
    default:
      // Which of the three parts of `for` are there is not said; with none the loop is left by `break` only.
      let isEndless = parts.count == 1
      var before = states
      if parts.count == 4 {
        before = execute(parts[0], before)
        let (yes, no) = branch(parts[1], before)
        skipped = no
        after = execute(parts[2], execute(last, yes) + (continues.last ?? []))
        after = branch(parts[1], after).no
      } else {
        for part in parts.dropLast() { before = execute(part, before) }
        skipped = isEndless ? [] : before
        let behind = execute(last, before) + (continues.last ?? [])
        after = isEndless ? [] : behind
      }
    }
    continues.removeLast()
    let left = breaks.popLast() ?? []
    return Self.bounded(skipped + after + left)
  }

  private mutating func runSwitch(_ node: Int, _ states: [State]) -> [State] {
    let parts = function.parts(node)
    guard let body = parts.last, parts.count >= 2 else { return states }
    let entry = Self.bounded(states.flatMap { evaluate(parts[0], $0).map(\.state) })
    breaks.append([])
    switches.append((entry, false))
    let after = execute(body, [])
    let hasDefault = switches.popLast()?.hasDefault ?? false
    let left = breaks.popLast() ?? []
    return Self.bounded(after + left + (hasDefault ? [] : entry))
  }

  /// The different ones of some states, and no more than the bound.
  static func bounded(_ states: [State]) -> [State] {
    if states.count < 2 || states.count == 2 && states[0] != states[1] { return states }
    var result: [State] = []
    var seen: Set<State> = []
    for state in states where seen.insert(state).inserted { result.append(state) }
    if result.count > maximumStates {
      var joined = result[maximumStates - 1]
      for state in result[maximumStates...] { joined.join(state) }
      result.removeLast(result.count - maximumStates + 1)
      result.append(joined)
    }
    return result
  }

  // MARK: Conditions

  /// The states in which a condition holds, and those in which it does not.
  mutating func branch(_ node: Int, _ states: [State]) -> (yes: [State], no: [State]) {
    var yes: [State] = []
    var no: [State] = []
    for state in states {
      let (first, second) = branch(node, state)
      yes += first
      no += second
    }
    return (Self.bounded(yes), Self.bounded(no))
  }

  private mutating func branch(_ node: Int, _ state: State) -> (yes: [State], no: [State]) {
    steps += 1
    guard depth < Self.maximumDepth, steps <= Self.maximumSteps else {
      steps = Self.maximumSteps + 1
      return ([], [])
    }
    depth += 1
    defer { depth -= 1 }
    let node = function.bare(node)
    let parts = function.parts(node)
    switch function.nodes[node].kind {
    case .not where parts.count == 1:
      let (yes, no) = branch(parts[0], state)
      return (no, yes)
    case .and where parts.count == 2:
      let (yes, no) = branch(parts[0], state)
      let (bothYes, rightNo) = branch(parts[1], yes)
      return (bothYes, no + rightNo)
    case .or where parts.count == 2:
      let (yes, no) = branch(parts[0], state)
      let (rightYes, bothNo) = branch(parts[1], no)
      return (yes + rightYes, bothNo)
    case .equal where parts.count == 2, .notEqual where parts.count == 2:
      let isEqual = function.nodes[node].kind == .equal
      for (tested, other) in [(parts[0], parts[1]), (parts[1], parts[0])]
      where !function.nodes[other].hasEffect && value(other, state) == .zero {
        let (yes, no) = branch(tested, state)
        return isEqual ? (no, yes) : (yes, no)
      }
      let outcomes = parts.reduce([state]) { states, part in states.flatMap { evaluate(part, $0).map(\.state) } }
      return (outcomes, outcomes)
    default: break
    }
    var yes: [State] = []
    var no: [State] = []
    for (state, value) in evaluate(node, state) {
      switch value {
      case .zero: no.append(state)
      case .nonZero, .address: yes.append(state)
      case .parameter(let number):
        let bit = UInt64(1) << UInt64(number)
        if state.null & bit == 0 {
          var found = state
          found.notNull |= bit
          yes.append(found)
        }
        if state.notNull & bit == 0 {
          var missing = state
          missing.null |= bit
          no.append(missing)
        }
      case .allocated:
        yes.append(state)
        // Where there was no memory there is none to speak of.
        var failed = state
        failed.locals.replace(value, by: .zero)
        no.append(failed)
      case .unknown, .pointee:
        yes.append(state)
        no.append(state)
      }
    }
    return (yes, no)
  }
}
