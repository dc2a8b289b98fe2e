// Which maps are nil for certain at each point of a function.
//
// A forward analysis over the blocks; where ways join, only what all of them know remains. It knows of a path (`m`, `s.rows`) that it is nil: declared and
// not made, set to nil, or found to be nil by a branch. It knows of objects made in the function which of their fields have been stored since: the
// others are zero. Temporaries that are copies of one another are one variable. Variables that closures capture, and those whose address is taken, are not
// followed. A call forgets what the callee, or what it calls, can store.

/// The nil maps of one function.
struct NilFlow {
  struct State: Equatable {
    var nilPaths: Set<MemoryPath> = []
    /// Paths that a branch has found not to be nil.
    var nonNil: Set<MemoryPath> = []
    /// Objects that were made here, with the fields that may have been stored since.
    var fresh: [VariableID: Set<Symbol>] = [:]
    /// Keys that are not in a map, as a look-up has just shown.
    var absent: Set<Absence> = []

    mutating func merge(_ other: State) {
      nilPaths.formIntersection(other.nilPaths)
      nonNil.formIntersection(other.nonNil)
      absent.formIntersection(other.absent)
      for (variable, stored) in fresh {
        fresh[variable] = other.fresh[variable].map { stored.union($0) }
      }
    }
  }

  struct Absence: Hashable {
    var map: MemoryPath
    var key: VariableID
  }

  let id: FunctionID
  let function: Function
  private let program: Program
  private let graph: CallGraph
  private let summaries: NilSummaries
  private let definitions: Definitions
  /// For each variable the one it is a copy of, or itself.
  private var roots: [VariableID] = []
  private var isTracked: [Bool]
  private var entries: [State?] = []
  /// For each block the variables that nothing mentions afterwards, each with its last instruction, in the order of these.
  private var lastMentions: [[(index: Int32, variable: VariableID)]] = []

  init(_ id: FunctionID, _ program: Program, _ graph: CallGraph, _ summaries: NilSummaries) {
    self.id = id
    self.program = program
    self.graph = graph
    self.summaries = summaries
    function = program.function(id)
    definitions = Definitions(function)
    isTracked = function.variables.map { !$0.isCaptured }
    for capture in function.captures { isTracked[Int(capture.inner.rawValue)] = false }
    for block in function.blocks {
      for instruction in block.instructions {
        if case .address(_, let path) = instruction.operation,
          case .variable(let variable) = function.paths[Int(path.rawValue)].root
        {
          isTracked[Int(variable.rawValue)] = false
        }
      }
    }
    findRoots()
    findLastMentions()
    solve()
  }

  /// Finds where variables of one block come up last. What is known of them is dropped there: an initializer makes tens of thousands of objects in a row, and each
  /// store is noted for all objects that are known.
  private mutating func findLastMentions() {
    struct Mentions {
      var block: Int32
      var last: Int32 = 0
      /// Whether it is written first, and mentioned in no other block.
      var isLocal = false
    }
    var mentions = [Mentions](repeating: Mentions(block: -1), count: function.variables.count)
    func note(_ variable: VariableID, _ block: Int, _ index: Int, isWritten: Bool) {
      let variable = Int(root(of: variable).rawValue)
      if mentions[variable].block < 0 {
        mentions[variable] = Mentions(block: Int32(block), last: Int32(index), isLocal: isWritten)
        return
      }
      if mentions[variable].block != Int32(block) { mentions[variable].isLocal = false }
      mentions[variable].last = Int32(index)
    }
    for (number, block) in function.blocks.enumerated() {
      for (index, instruction) in block.instructions.enumerated() {
        instruction.operation.visitOperands(function) { note($0, number, index, isWritten: false) }
        instruction.operation.visitResults(function) { note($0, number, index, isWritten: true) }
      }
      // What a terminator names is needed at the end of the block.
      for variable in block.terminator.operands {
        note(variable, number, block.instructions.count, isWritten: false)
        mentions[Int(root(of: variable).rawValue)].isLocal = false
      }
    }
    lastMentions = Array(repeating: [], count: function.blocks.count)
    for (number, known) in mentions.enumerated() where known.isLocal {
      lastMentions[Int(known.block)].append((known.last, VariableID(rawValue: Int32(number))))
    }
    for block in lastMentions.indices { lastMentions[block].sort { $0.index < $1.index } }
  }

  /// Runs the instructions of a block, and forgets after each what nothing asks for any more; calls `body` before each.
  private func run(_ number: Int, _ state: inout State, _ body: (Instruction, State) -> Void = { _, _ in }) {
    let last = lastMentions[number]
    var next = 0
    for (index, instruction) in function.blocks[number].instructions.enumerated() {
      body(instruction, state)
      transfer(instruction, &state)
      while next < last.count, last[next].index == Int32(index) {
        let variable = last[next].variable
        next += 1
        if state.fresh[variable] != nil || state.nilPaths.contains(MemoryPath(.variable(variable))) {
          forget(variable, &state)
        }
      }
    }
  }

  private mutating func findRoots() {
    let fixed = Set(function.parameters + function.namedResults + function.captures.map(\.inner))
    roots = function.variables.indices.map { VariableID(rawValue: Int32($0)) }
    for number in function.variables.indices {
      let variable = VariableID(rawValue: Int32(number))
      var root = variable
      for _ in 0..<16 {
        guard let only = definitions.only(of: root), !fixed.contains(root), isTracked[Int(root.rawValue)] else { break }
        var source: VariableID?
        switch only.operation {
        case .copy(_, let from), .convert(_, let from, _): source = from
        default: break
        }
        // What is assigned more than once is not the same at all times.
        guard let source, isTracked[Int(source.rawValue)],
          definitions.count(of: source) + (fixed.contains(source) ? 1 : 0) == 1
        else { break }
        root = source
      }
      roots[number] = root
    }
  }

  func root(of variable: VariableID) -> VariableID { roots[Int(variable.rawValue)] }

  private func rooted(_ path: MemoryPath) -> MemoryPath {
    guard case .variable(let variable) = path.root else { return path }
    return MemoryPath(.variable(root(of: variable)), fields: path.fields)
  }

  private func canKnow(_ path: MemoryPath) -> Bool {
    guard case .variable(let variable) = path.root else { return true }
    return isTracked[Int(variable.rawValue)]
  }

  // MARK: Questions

  /// Whether a path is nil for certain.
  func isNil(_ path: PathID, in state: State) -> Bool {
    let path = rooted(function.paths[Int(path.rawValue)])
    if state.nilPaths.contains(path) { return true }
    guard case .variable(let variable) = path.root, !path.fields.isEmpty, !state.nonNil.contains(path),
      let stored = state.fresh[variable]
    else { return false }
    return path.fields.allSatisfy { !stored.contains($0) }
  }

  func isNil(_ variable: VariableID, in state: State) -> Bool {
    state.nilPaths.contains(MemoryPath(.variable(root(of: variable))))
  }

  func isKnownToBeSet(_ path: PathID, in state: State) -> Bool {
    state.nonNil.contains(rooted(function.paths[Int(path.rawValue)]))
  }

  func stored(_ variable: VariableID, in state: State) -> Set<Symbol>? { state.fresh[root(of: variable)] }

  /// Whether a variable is the constant nil.
  func isNilConstant(_ variable: VariableID) -> Bool {
    if case .constant(_, .nil)? = definitions.only(of: root(of: variable))?.operation { return true }
    return false
  }

  /// Calls `body` with each instruction and what is known before it, and at the end of each block with what is known there.
  func replay(_ body: (Instruction, State) -> Void, atEnd: (Block, State) -> Void = { _, _ in }) {
    for (number, block) in function.blocks.enumerated() {
      guard var state = entries[number] else { continue }
      run(number, &state, body)
      atEnd(block, state)
    }
  }

  // MARK: Solution

  private mutating func solve() {
    entries = Array(repeating: nil, count: function.blocks.count)
    guard !entries.isEmpty else { return }
    entries[0] = State()
    var pending = [0]
    while let number = pending.popLast() {
      let block = function.blocks[number]
      var state = entries[number] ?? State()
      run(number, &state)
      for (position, next) in function.successors(of: number).enumerated() {
        var out = state
        if case .branch(let condition, _, _) = block.terminator {
          assume(condition.kind, (position == 0) != condition.isNegated, &out)
        }
        if var known = entries[next] {
          known.merge(out)
          if known == entries[next] { continue }
          entries[next] = known
        } else {
          entries[next] = out
        }
        pending.append(next)
      }
    }
  }

  private func forget(_ variable: VariableID, _ state: inout State) {
    let variable = root(of: variable)
    func isHere(_ path: MemoryPath) -> Bool { path.root == .variable(variable) }
    // Sets are only made anew where something goes.
    if state.nilPaths.contains(where: isHere) { state.nilPaths = state.nilPaths.filter { !isHere($0) } }
    if state.nonNil.contains(where: isHere) { state.nonNil = state.nonNil.filter { !isHere($0) } }
    if !state.absent.isEmpty { state.absent = state.absent.filter { !isHere($0.map) && $0.key != variable } }
    state.fresh[variable] = nil
  }

  private func forget(fields: Set<Symbol>, _ state: inout State) {
    if fields.isEmpty { return }
    func isStored(_ path: MemoryPath) -> Bool {
      if case .global(let symbol) = path.root, fields.contains(symbol) { return true }
      return path.fields.contains { fields.contains($0) }
    }
    if state.nilPaths.contains(where: isStored) { state.nilPaths = state.nilPaths.filter { !isStored($0) } }
    if state.nonNil.contains(where: isStored) { state.nonNil = state.nonNil.filter { !isStored($0) } }
    if !state.absent.isEmpty { state.absent = state.absent.filter { !isStored($0.map) } }
    for variable in state.fresh.keys { state.fresh[variable]!.formUnion(fields) }
  }

  /// Forgets all that code outside of this function can change.
  private func forgetShared(_ state: inout State) {
    func isLocal(_ path: MemoryPath) -> Bool {
      if case .variable = path.root { return path.fields.isEmpty }
      return false
    }
    state.nilPaths = state.nilPaths.filter(isLocal)
    state.nonNil = state.nonNil.filter(isLocal)
    state.absent = []
    state.fresh = [:]
  }

  private func set(_ into: VariableID, from: VariableID, _ state: inout State) {
    let (target, source) = (root(of: into), root(of: from))
    if target == source { return }
    let wasNil = state.nilPaths.contains(MemoryPath(.variable(source)))
    let stored = state.fresh[source]
    forget(into, &state)
    guard isTracked[Int(target.rawValue)] else { return }
    if wasNil { state.nilPaths.insert(MemoryPath(.variable(target))) }
    state.fresh[target] = stored
  }

  private func transfer(_ instruction: Instruction, _ state: inout State) {
    func type(_ variable: VariableID) -> ValueType.Class { function.variables[Int(variable.rawValue)].type.class }
    switch instruction.operation {
    case .constant(let into, let constant):
      forget(into, &state)
      guard isTracked[Int(into.rawValue)] else { return }
      let variable = root(of: into)
      switch (constant, type(into)) {
      case (.nil, .map), (.nil, .unknown): state.nilPaths.insert(MemoryPath(.variable(variable)))
      case (.other, .aggregate), (.other, .list): state.fresh[variable] = []
      default: break
      }
    case .copy(let into, let from), .convert(let into, let from, _): set(into, from: from, &state)
    case .load(let into, let path):
      let isNil = isNil(path, in: state)
      forget(into, &state)
      if isNil, type(into) == .map { state.nilPaths.insert(MemoryPath(.variable(root(of: into)))) }
    case .store(let path, let from):
      let place = function.paths[Int(path.rawValue)]
      if case .variable(let into) = place.root, place.fields.isEmpty { return set(into, from: from, &state) }
      let isNil = isNil(from, in: state)
      if let field = place.fields.last {
        forget(fields: [field], &state)
      } else if case .global(let symbol) = place.root {
        forget(fields: [symbol], &state)
      }
      if isNil, canKnow(place) { state.nilPaths.insert(rooted(place)) }
    case .fresh(let into, .managed):
      forget(into, &state)
      switch type(into) {
      case .aggregate, .managedPointer, .list:
        if isTracked[Int(into.rawValue)] { state.fresh[root(of: into)] = [] }
      default: break
      }
    case .address(let into, let path):
      forget(into, &state)
      if let field = function.paths[Int(path.rawValue)].fields.last { forget(fields: [field], &state) }
    case .compute(let into, let from):
      // `copy` fills a list.
      forget(into, &state)
      for variable in from where type(variable) == .list { state.fresh[root(of: variable)] = nil }
    case .map(let access): transfer(access, &state)
    case .call(let number): transfer(function.calls[Int(number)], number, &state)
    case .escape(let variable): if type(variable) == .list { state.fresh[root(of: variable)] = nil }
    default: Definitions.visitWritten(instruction.operation, function) { forget($0, &state) }
    }
  }

  private func transfer(_ access: MapAccess, _ state: inout State) {
    let path = rooted(function.paths[Int(access.map.rawValue)])
    let isAbsent = access.key.map { state.absent.contains(Absence(map: path, key: root(of: $0))) } ?? false
    Definitions.visitWritten(.map(access), function) { forget($0, &state) }
    switch access.kind {
    case .load:
      if isAbsent, let value = access.value, function.variables[Int(value.rawValue)].type.class == .map {
        state.nilPaths.insert(MemoryPath(.variable(root(of: value))))
      }
    case .store: state.absent = state.absent.filter { $0.map != path }
    default: break
    }
  }

  private func transfer(_ call: Call, _ number: Int32, _ state: inout State) {
    for result in call.results { forget(result, &state) }
    let targets = graph.targets(of: id, call: number)
    switch call.callee {
    case .library(let name):
      if NilSummaries.isHarmless(program.symbols.name(name)) { return }
      let isHandedOver = call.arguments.contains { state.fresh[root(of: $0)] != nil }
      if isHandedOver || graph.outgoing(id).contains(where: { $0.call == number }) { forgetShared(&state) }
      return
    case .foreign: return forgetShared(&state)
    default: break
    }
    if targets.isEmpty || !graph.isResolved(id, call: number) { return forgetShared(&state) }
    for target in targets {
      let effects = summaries.effects(of: target)
      if effects.isOpaque { forgetShared(&state) } else { forget(fields: effects.stored, &state) }
    }
    guard targets.count == 1, let results = summaries.results(of: targets[0]) else { return }
    for (index, result) in call.results.enumerated() where index < results.facts.count {
      let variable = root(of: result)
      guard isTracked[Int(variable.rawValue)] else { continue }
      switch results.facts[index] {
      case .nil: state.nilPaths.insert(MemoryPath(.variable(variable)))
      case .fresh(let stored): state.fresh[variable] = stored
      case .unknown: break
      }
    }
  }

  // MARK: Branches

  private func assume(_ kind: Condition.Kind, _ holds: Bool, _ state: inout State) {
    switch kind {
    case .isNil(let variable):
      for path in paths(of: variable) {
        if holds {
          state.nonNil.remove(path)
          if isMap(path), canKnow(path) { state.nilPaths.insert(path) }
        } else {
          state.nilPaths.remove(path)
          state.nonNil.insert(path)
        }
      }
      if !holds { assumeError(variable, &state) }
    case .isTrue(let variable):
      guard !holds, case .map(let access)? = definitions.origin(of: variable)?.operation, access.kind == .load,
        access.found != nil, let key = access.key
      else { return }
      let path = function.paths[Int(access.map.rawValue)]
      if canKnow(path) { state.absent.insert(Absence(map: rooted(path), key: root(of: key))) }
      if let value = access.value, function.variables[Int(value.rawValue)].type.class == .map {
        state.nilPaths.insert(MemoryPath(.variable(root(of: value))))
      }
    case .equal, .unknown: break
    }
  }

  /// The variable, and the path that it was read from.
  private func paths(of variable: VariableID) -> [MemoryPath] {
    let variable = root(of: variable)
    var result = [MemoryPath(.variable(variable))]
    if case .load(_, let path)? = definitions.only(of: variable)?.operation {
      result.append(rooted(function.paths[Int(path.rawValue)]))
    }
    return result
  }

  private func isMap(_ path: MemoryPath) -> Bool {
    if let symbol = path.declared { return program.declaration(symbol)?.type.class == .map }
    guard case .variable(let variable) = path.root else { return false }
    return function.variables[Int(variable.rawValue)].type.class == .map
  }

  /// An error was returned: what the callee returns with an error is nil, if it always is.
  private func assumeError(_ variable: VariableID, _ state: inout State) {
    guard case .call(let number)? = definitions.origin(of: variable)?.operation else { return }
    let call = function.calls[Int(number)]
    let targets = graph.targets(of: id, call: number)
    guard targets.count == 1, graph.isResolved(id, call: number), let results = summaries.results(of: targets[0]),
      let error = call.results.firstIndex(of: root(of: variable))
    else { return }
    for (index, result) in call.results.enumerated() where results.isNil(index, withError: error) {
      if function.variables[Int(result.rawValue)].type.class == .map, isTracked[Int(root(of: result).rawValue)] {
        state.nilPaths.insert(MemoryPath(.variable(root(of: result))))
      }
    }
  }
}
