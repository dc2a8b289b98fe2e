// The solver: what happens to C pointers and map entries on the ways through a function.
//
// A function is run symbolically over its control-flow graph. A state stands for one class of ways: which abstract value each variable
// and field holds, which entries maps are known to have, what was released where, which locks are held, what is known to be nil. States
// are not joined where ways meet; equal ones fall together, and what can no longer matter (dead variables, knowledge of values that
// nothing names) is dropped first so that they do. So a fault is found on a definite way, with its steps, and `ok`, nil and error results
// are told apart without further machinery. The idea is that of disjunctive symbolic execution with bounded disjuncts, as in Infer's
// Pulse (Le et al., "Finding Real Bugs in Big Programs with Incorrectness Logic", OOPSLA 2022).
//
// Values are numbered by what defines them: a parameter, the field that an object held at entry, the instruction that made them. Two
// reads of one path without a write between give one number, and equal numbers are one pointer: that is all the aliasing there is. When
// an instruction in a loop makes its value again, all earlier ones are blurred into one value that is no longer told apart, except that an
// entry that holds something released stays known.
//
// Callers do not look into callees: they run the callee's summary (`SummaryCase`), the list of its effects, with their own values.
//
// Bounds: `maximumStates` states for a block, `maximumSteps` blocks and `maximumReplayWork` effects of callees in all. Beyond them ways are left out: faults can be missed,
// none are made up, and the summary says that it is incomplete.

/// Runs one function.
final class FunctionSolver {
  static let maximumStates = 24
  static let maximumSteps = 6_000
  /// How deep function values are followed from summary to summary.
  static let maximumReplayDepth = 6
  /// How many effects of callees are run in all.
  static let maximumReplayWork = 40_000

  let context: SolverContext
  let id: FunctionID
  let function: Function
  let unit: Int
  var values = ValueTable()
  var sites: SiteTable
  var events: [FlowEvent] = []
  var seenEvents: Set<FlowEvent> = []
  var exits: [SiteID: FunctionResult.ExitCount] = [:]
  var cases: [SummaryCase] = []
  var seenCases: Set<SummaryCase> = []
  var isIncomplete = false
  var isLockHeldAtCall: [Int32: Bool] = [:]
  /// Insertions on ways at whose end the map is gone, and at whose end it lives on.
  private var deadStores: Set<SiteID> = []
  private var livingStores: Set<SiteID> = []
  private var freedAllocations: Set<SiteID> = []
  /// Whether deferred calls run now.
  var isUnwinding = false
  var replayDepth = 0
  var replayWork = 0
  /// The number of the first instruction of each block, and of its terminator behind them.
  let blockStarts: [Int32]
  let instructions: [(block: Int32, index: Int32)]
  let liveness: Liveness
  /// Loops over maps whose entries are removed by the key of the round: afterwards any entry may be gone.
  let sweepingRanges: Set<Int32>

  /// - Parameter sites: those of an earlier round, which keep their numbers: the context's results name them.
  init(_ id: FunctionID, _ context: SolverContext, sites: SiteTable = SiteTable()) {
    self.context = context
    self.sites = sites
    self.id = id
    function = context.program.function(id)
    unit = context.program.unitIndex(of: id)
    var starts: [Int32] = []
    var instructions: [(block: Int32, index: Int32)] = []
    for (block, content) in function.blocks.enumerated() {
      starts.append(Int32(instructions.count))
      for index in 0...content.instructions.count { instructions.append((Int32(block), Int32(index))) }
    }
    blockStarts = starts
    self.instructions = instructions
    liveness = Liveness(function, alwaysLive: context.capturedVariables(of: function, unit: unit))
    sweepingRanges = Self.sweepingRanges(in: function, starts: starts)
  }

  func solve() -> FunctionResult {
    run()
    return FunctionResult(
      values: values, sites: sites, events: events, summary: makeSummary(), exits: exits,
      isLockHeldAtCall: isLockHeldAtCall, localStores: deadStores.subtracting(livingStores),
      freedAllocations: freedAllocations)
  }

  private static func sweepingRanges(in function: Function, starts: [Int32]) -> Set<Int32> {
    var result: Set<Int32> = []
    var removedKeys: [(map: PathID, key: VariableID)] = []
    for block in function.blocks {
      for case .map(let access) in block.instructions.map(\.operation) where access.kind == .delete {
        if let key = access.key { removedKeys.append((access.map, key)) }
      }
    }
    if removedKeys.isEmpty { return [] }
    for (number, block) in function.blocks.enumerated() {
      for (index, instruction) in block.instructions.enumerated() {
        if case .map(let access) = instruction.operation, access.kind == .next,
          removedKeys.contains(where: { $0.map == access.map && $0.key == access.key })
        {
          result.insert(starts[number] + Int32(index))
        }
      }
    }
    return result
  }

  // MARK: The work list

  private func run() {
    guard !function.blocks.isEmpty else { return }
    var entry = State(environment: [ValueNumber](repeating: .none, count: function.variables.count))
    let inputs = function.parameters + function.captures.map(\.inner)
    for (number, variable) in inputs.enumerated() {
      let declared = function.variables[Int(variable.rawValue)]
      let value = values.number(.parameter(Int32(number)), type: declared.type)
      values.name(value, declared.name)
      entry.environment[Int(variable.rawValue)] = value
    }
    var seen = [Set<State>](repeating: [], count: function.blocks.count)
    var pending = [[State]](repeating: [], count: function.blocks.count)
    let order = Self.reversePostOrder(function)
    var rank = [Int](repeating: Int.max, count: function.blocks.count)
    for (position, block) in order.enumerated() { rank[block] = position }
    pending[0] = [entry]
    seen[0] = [entry]
    var queue = RankQueue(count: order.count)
    queue.insert(0)
    var steps = 0
    while let position = queue.removeFirst() {
      let block = order[position]
      let states = pending[block]
      pending[block] = []
      for state in states {
        steps += 1
        if steps > Self.maximumSteps {
          isIncomplete = true
          return
        }
        for (successor, next) in step(block, state) {
          let reduced = reduce(next, atEntryOf: successor)
          if seen[successor].count >= Self.maximumStates {
            if !seen[successor].contains(reduced) { isIncomplete = true }
            continue
          }
          if seen[successor].insert(reduced).inserted {
            pending[successor].append(reduced)
            if rank[successor] != Int.max { queue.insert(rank[successor]) }
          }
        }
      }
    }
  }

  static func reversePostOrder(_ function: Function) -> [Int] {
    var order: [Int] = []
    var isVisited = [Bool](repeating: false, count: function.blocks.count)
    var stack: [(block: Int, next: Int)] = [(0, 0)]
    isVisited[0] = true
    while let top = stack.last {
      let successors = function.blocks[top.block].terminator.successors
      if top.next < successors.count {
        stack[stack.count - 1].next += 1
        let successor = Int(successors[top.next].rawValue)
        if !isVisited[successor] {
          isVisited[successor] = true
          stack.append((successor, 0))
        }
      } else {
        order.append(top.block)
        stack.removeLast()
      }
    }
    return order.reversed()
  }

  /// Runs a block from a state; gives the states at its successors.
  private func step(_ block: Int, _ state: State) -> [(Int, State)] {
    var states = [state]
    let count = function.blocks[block].instructions.count
    for index in 0..<count {
      let number = blockStarts[block] + Int32(index)
      // Most instructions go on in one way, and change the state where it lies.
      var parted: [State]?
      for position in states.indices {
        if let several = execute(function.blocks[block].instructions[index], number, &states[position]) {
          if parted == nil { parted = Array(states[..<position]) }
          parted?.append(contentsOf: several)
        } else {
          parted?.append(states[position])
        }
      }
      if let parted { states = parted }
      if states.count > Self.maximumStates {
        states.removeLast(states.count - Self.maximumStates)
        isIncomplete = true
      }
    }
    var result: [(Int, State)] = []
    for state in states {
      if state.isPanicking {
        finish(state, results: [], at: exitSite(of: block), isPanic: true)
        continue
      }
      switch function.blocks[block].terminator {
      case .jump(let target): result.append((Int(target.rawValue), state))
      case .fork(let targets): for target in targets { result.append((Int(target.rawValue), state)) }
      case .branch(let condition, let then, let otherwise):
        for isTrue in [true, false] {
          var next = state
          if assume(condition, isTrue, &next) {
            result.append((Int((isTrue ? then : otherwise).rawValue), next))
          }
        }
      case .return(let results):
        var state = state
        let numbers = results.map { value(of: $0, &state) }
        finish(state, results: numbers, at: exitSite(of: block), isPanic: false)
      case .panic: finish(state, results: [], at: exitSite(of: block), isPanic: true)
      case .unreachable: break
      }
    }
    return result
  }

  private func exitSite(of block: Int) -> SiteID {
    let range = function.blocks[block].terminatorRange
    return sites.number(Site(range: range, statement: range))
  }

  /// Drops what cannot matter any more.
  private func reduce(_ state: State, atEntryOf block: Int) -> State {
    var state = state
    liveness.clearDead(&state.environment, atEntryOf: block)
    if !state.knowledge.isEmpty {
      var isNamed = [Bool](repeating: false, count: values.count)
      func name(_ value: ValueNumber) {
        if value.index >= 0 { isNamed[Int(value.index)] = true }
      }
      for value in state.environment { name(value) }
      for entry in state.entries {
        name(entry.key)
        name(entry.value)
        name(entry.found)
      }
      for placed in state.effects { placed.effect.visitValues(name) }
      state.knowledge.removeAll {
        $0.value.index >= 0 && !isNamed[Int($0.value.index)] && !isFlag($0.value)
      }
      state.knowledge.sort { $0.value < $1.value }
    }
    return state
  }

  // MARK: The end of a way

  /// Runs the deferred calls, last first, then looks at what is left.
  private func finish(_ state: State, results: [ValueNumber], at exit: SiteID, isPanic: Bool) {
    var state = state
    state.isPanicking = false
    var states = [state]
    isUnwinding = true
    while states.contains(where: { !$0.deferred.isEmpty }) {
      states = states.flatMap { state -> [State] in
        var state = state
        guard let call = state.deferred.popLast() else { return [state] }
        return runDeferred(call, state)
      }
      if states.count > Self.maximumStates {
        states.removeLast(states.count - Self.maximumStates)
        isIncomplete = true
      }
    }
    isUnwinding = false
    for state in states { close(state, results: results, at: exit, isPanic: isPanic || state.isPanicking) }
  }

  private func close(_ state: State, results: [ValueNumber], at exit: SiteID, isPanic: Bool) {
    var state = state
    var danglingReleases: Set<SiteID> = []
    for entry in state.entries where isAlive(entry.map, state, results) {
      if let dangling = dangling(entry, state),
        dangling.pointer.release?.isLoan != true || keepsLoans(entry.map, state, results)
      {
        danglingReleases.insert(dangling.pointer.released)
        var event = event(.danglingAtExit, entry, dangling.pointer, dangling.role, at: exit)
        event.isUncertain = entry.mayBeRemoved
        event.isPanic = isPanic
        emit(event)
      }
      if entry.origin == .stored {
        var event = FlowEvent(kind: .storedAtExit)
        event.map = entry.map
        event.key = entry.key
        event.pointer = entry.value
        event.stored = entry.site
        event.at = exit
        event.isPanic = isPanic
        emit(event)
      }
    }
    noteLoans(state, results)
    for pointer in state.pointers where pointer.released != .none && pointer.allocated != .none {
      freedAllocations.insert(pointer.allocated)
    }
    for placed in state.effects {
      guard case .mapStore(let map, _, _, _) = placed.effect else { continue }
      // What a function puts into a map that it makes itself is how the map begins, not how it grows.
      if values[map].source != .map, isAlive(map, state, results) {
        livingStores.insert(placed.site)
      } else {
        deadStores.insert(placed.site)
      }
    }
    if !isPanic {
      for pointer in state.pointers where pointer.released != .none {
        exits[pointer.released, default: .init()].released += 1
        if danglingReleases.contains(pointer.released) { exits[pointer.released, default: .init()].dangling += 1 }
      }
    }
    for dropped in state.dropped { noteLeak(dropped, state, results) }
    addCase(&state, results: results, isPanic: isPanic)
  }

  private func noteLeak(_ dropped: DroppedValue, _ state: State, _ results: [ValueNumber]) {
    let pointer = state.pointer(dropped.value)
    if let pointer, pointer.released != .none || pointer.isEscaped { return }
    if results.contains(dropped.value) || state.truth(dropped.value) == false { return }
    if state.fields.contains(where: { $0.value == dropped.value }) { return }
    if state.entries.contains(where: { $0.value == dropped.value || $0.key == dropped.value }) { return }
    var event = FlowEvent(kind: .leak)
    event.map = dropped.map
    event.pointer = dropped.value
    event.stored = dropped.stored
    event.allocated = pointer?.allocated ?? .none
    event.at = dropped.site
    event.isOverwrite = dropped.isOverwrite
    emit(event)
  }

  func emit(_ event: FlowEvent) {
    if seenEvents.insert(event).inserted { events.append(event) }
  }

  func event(
    _ kind: FlowEvent.Kind, _ entry: MapEntry, _ pointer: PointerState, _ role: FlowEvent.Role, at site: SiteID
  ) -> FlowEvent {
    var event = FlowEvent(kind: kind)
    event.map = entry.map
    event.key = entry.key
    event.pointer = pointer.value
    event.role = role
    event.origin = entry.origin
    event.stored = entry.site
    event.allocated = pointer.allocated
    event.released = pointer.released
    event.release = pointer.release
    event.staleLookup = pointer.staleLookup
    event.at = site
    event.isDeferred = isUnwinding
    return event
  }
}

/// The positions of an order that wait for their turn: a bit each.
private struct RankQueue {
  private var words: [UInt64]

  init(count: Int) { words = [UInt64](repeating: 0, count: count / 64 + 1) }

  mutating func insert(_ position: Int) { words[position / 64] |= 1 << UInt64(position % 64) }

  mutating func removeFirst() -> Int? {
    for index in words.indices where words[index] != 0 {
      let bit = words[index].trailingZeroBitCount
      words[index] &= words[index] - 1
      return index * 64 + bit
    }
    return nil
  }
}

extension Terminator {
  /// The variables that it reads.
  var operands: [VariableID] {
    switch self {
    case .branch(let condition, _, _):
      switch condition.kind {
      case .isTrue(let variable), .isNil(let variable): [variable]
      case .equal(let left, let right): [left, right]
      case .unknown: []
      }
    case .return(let results): results
    case .jump, .fork, .panic, .unreachable: []
    }
  }

  /// The blocks it goes to.
  var successors: [BlockID] {
    switch self {
    case .jump(let target): [target]
    case .branch(_, let then, let otherwise): [then, otherwise]
    case .fork(let targets): targets
    case .return, .panic, .unreachable: []
    }
  }
}
