/// The locks that are held at an instruction, by the function or by all its callers. A lock is known by the global or the field that it is: all objects of a
/// type are taken together. Made on demand; used by one thread.
final class HeldLocks {
  private let program: Program
  private let graph: CallGraph
  private let summaries: LockSummaries
  private var sets: [FunctionID: LockSets] = [:]
  private var callers: [FunctionID: Set<Symbol>] = [:]
  /// Functions that call each other, or themselves.
  private let cycles: [FunctionID: [FunctionID]]
  private var spawned: Set<FunctionID>?
  private var foreignCalls: [Int: [Set<Symbol>]] = [:]

  init(_ program: Program, _ graph: CallGraph) {
    self.program = program
    self.graph = graph
    summaries = LockSummaries(program, graph)
    var cycles: [FunctionID: [FunctionID]] = [:]
    for component in graph.components where component.count > 1 { for id in component { cycles[id] = component } }
    for edge in graph.edges where edge.caller == edge.callee && cycles[edge.callee] == nil {
      cycles[edge.callee] = [edge.callee]
    }
    self.cycles = cycles
  }

  /// The locks that a function itself holds, on some way.
  func lockSetsOnSomeWay(of id: FunctionID) -> LockSets { summaries.lockSets(of: id, onSomeWay: true) }

  /// The locks held just before an instruction.
  func held(in id: FunctionID, block: Int, index: Int) -> Set<Symbol> {
    own(id, block, index).union(heldByCallers(of: id, depth: 0))
  }

  private func own(_ id: FunctionID, _ block: Int, _ index: Int) -> Set<Symbol> {
    let known = sets[id] ?? summaries.lockSets(of: id)
    sets[id] = known
    return Set(known.held(block: block, index: index).compactMap { program.declared($0.path) })
  }

  /// Whether all calls of a function are known, and are made with one lock held.
  func isAlwaysCalledLocked(_ id: FunctionID) -> Bool { !heldByCallers(of: id, depth: 0).isEmpty }

  /// The locks that are held at all calls of a function, where all calls are known. Functions that call each other are entered from outside: what is held there counts
  /// for all of them.
  private func heldByCallers(of id: FunctionID, depth: Int) -> Set<Symbol> {
    if let known = callers[id] { return known }
    guard depth < 16 else { return [] }
    let members = cycles[id] ?? [id]
    var common: Set<Symbol>?
    if members.allSatisfy(areAllCallsKnown) {
      for edge in members.flatMap(graph.incoming) where !members.contains(edge.caller) {
        guard edge.mode != .spawned, !edge.isArgument else {
          common = []
          break
        }
        let here = locks(atCall: edge.call, in: edge.caller).union(heldByCallers(of: edge.caller, depth: depth + 1))
        common = common.map { $0.intersection(here) } ?? here
      }
    }
    for member in members { callers[member] = common ?? [] }
    return common ?? []
  }

  /// The calls of a function, where all are known to be direct ones; otherwise none.
  func knownCalls(of id: FunctionID) -> [CallGraph.Edge] {
    guard areAllCallsKnown(id), !program.function(id).isPublic(program.symbols) else { return [] }
    let calls = graph.incoming(id)
    return calls.contains { $0.isArgument || $0.mode != .direct || $0.caller == id } ? [] : calls
  }

  private func areAllCallsKnown(_ id: FunctionID) -> Bool {
    let function = program.function(id)
    return !function.isExportedToC && (function.parent != nil || !graph.isAddressTaken[Int(id.rawValue)])
  }

  private func locks(atCall number: Int32, in id: FunctionID) -> Set<Symbol> {
    for (block, content) in program.function(id).blocks.enumerated() {
      for (index, instruction) in content.instructions.enumerated() {
        if case .call(number) = instruction.operation { return own(id, block, index) }
      }
    }
    return []
  }

  // MARK: Callbacks

  /// Whether the calls of C from which C can get into a function are made under one of some locks: such a callback runs while the lock is held. These are the calls
  /// that hand the callback over, or, if there is none, all calls of C in the package that are not of the C library, but for those that callbacks make in
  /// their turn. Of so many that only some can lead to the callback, one in ten may do without the lock.
  func isCalledBack(_ id: FunctionID, under locks: Set<Symbol>) -> Bool {
    let entries = entries(to: id)
    guard !entries.isEmpty else { return false }
    return entries.allSatisfy { entry in
      let handed = graph.incoming(entry).filter { edge in
        guard edge.isArgument else { return false }
        if case .foreign = program.function(edge.caller).calls[Int(edge.call)].callee { return true }
        return false
      }
      if !handed.isEmpty {
        return handed.allSatisfy { !held(atCall: $0.call, in: $0.caller).isDisjoint(with: locks) }
      }
      let calls = foreignCalls(in: program.unitIndex(of: entry))
      let open = calls.count { $0.isDisjoint(with: locks) }
      return open == 0 ? !calls.isEmpty : open * 10 <= calls.count
    }
  }

  /// The locks at each call of C in a unit.
  private func foreignCalls(in unit: Int) -> [Set<Symbol>] {
    if let known = foreignCalls[unit] { return known }
    var result: [Set<Symbol>] = []
    for caller in program.functionIDs where program.unitIndex(of: caller) == unit {
      if graph.isReachableFromC[Int(caller.rawValue)] { continue }
      for (number, call) in program.function(caller).calls.enumerated() {
        guard case .foreign(let name) = call.callee, !Self.isOfLibrary(program.symbols.name(name)) else { continue }
        result.append(held(atCall: Int32(number), in: caller))
      }
    }
    foreignCalls[unit] = result
    return result
  }

  private static func isOfLibrary(_ name: String) -> Bool {
    ["CString", "GoString", "GoStringN", "GoBytes", "CBytes", "free", "malloc", "calloc", "memcpy", "memset", "strlen"]
      .contains(name)
  }

  /// The locks held at a call, by the function or by all its callers.
  func held(atCall number: Int32, in id: FunctionID) -> Set<Symbol> {
    locks(atCall: number, in: id).union(heldByCallers(of: id, depth: 0))
  }

  /// The exported functions from which a function is reached.
  private func entries(to id: FunctionID) -> [FunctionID] {
    var seen: Set<FunctionID> = [id]
    var pending = [id]
    var result: [FunctionID] = []
    while let next = pending.popLast() {
      if program.function(next).isExportedToC { result.append(next) }
      for edge in graph.incoming(next) where seen.insert(edge.caller).inserted { pending.append(edge.caller) }
    }
    return result
  }

  // MARK: Goroutines

  /// Whether a function runs in a goroutine that the program starts.
  func isInGoroutine(_ id: FunctionID) -> Bool {
    if let spawned { return spawned.contains(id) }
    var seen: Set<FunctionID> = []
    var pending = graph.edges.filter { $0.mode == .spawned }.map(\.callee)
    while let next = pending.popLast() {
      guard seen.insert(next).inserted else { continue }
      for edge in graph.outgoing(next) { pending.append(edge.callee) }
    }
    spawned = seen
    return seen.contains(id)
  }
}
