/// The locks that are held at an instruction, by the function or by all its callers. A lock is known by the global or the field that it is: all objects of a
/// type are taken together. Made on demand; used by one thread.
final class HeldLocks {
  private let program: Program
  private let graph: CallGraph
  private var sets: [FunctionID: LockSets] = [:]
  private var callers: [FunctionID: Set<Symbol>] = [:]
  private var spawned: Set<FunctionID>?

  init(_ program: Program, _ graph: CallGraph) {
    self.program = program
    self.graph = graph
  }

  /// The locks held just before an instruction.
  func held(in id: FunctionID, block: Int, index: Int) -> Set<Symbol> {
    own(id, block, index).union(heldByCallers(of: id, depth: 0))
  }

  private func own(_ id: FunctionID, _ block: Int, _ index: Int) -> Set<Symbol> {
    let known = sets[id] ?? LockSets(program.function(id))
    sets[id] = known
    return Set(known.held(block: block, index: index).compactMap(\.path.declared))
  }

  /// Whether all calls of a function are known, and are made with one lock held.
  func isAlwaysCalledLocked(_ id: FunctionID) -> Bool { !heldByCallers(of: id, depth: 0).isEmpty }

  /// The locks that are held at all calls of a function, where all calls are known.
  private func heldByCallers(of id: FunctionID, depth: Int) -> Set<Symbol> {
    if let known = callers[id] { return known }
    guard depth < 6, !program.function(id).isExportedToC else { return [] }
    let isClosure = program.function(id).parent != nil
    if graph.isAddressTaken[Int(id.rawValue)], !isClosure { return [] }
    let calls = graph.incoming(id)
    guard !calls.isEmpty else { return [] }
    callers[id] = []
    var common: Set<Symbol>?
    for edge in calls {
      guard edge.mode != .spawned, !edge.isArgument else {
        common = []
        break
      }
      let here = locks(atCall: edge.call, in: edge.caller).union(heldByCallers(of: edge.caller, depth: depth + 1))
      common = common.map { $0.intersection(here) } ?? here
    }
    callers[id] = common ?? []
    return callers[id]!
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

  /// Whether every call of C from which C can get into a function is made under one of some locks: such a callback runs while the lock is held. These are the calls
  /// that hand the callback over, or, if there is none, all calls of C in the package that are not of the C library.
  func isCalledBack(_ id: FunctionID, under locks: Set<Symbol>) -> Bool {
    let entries = entries(to: id)
    guard !entries.isEmpty else { return false }
    return entries.allSatisfy { entry in
      var found = 0
      let handed = graph.incoming(entry).filter { edge in
        guard edge.isArgument else { return false }
        if case .foreign = program.function(edge.caller).calls[Int(edge.call)].callee { return true }
        return false
      }
      for edge in handed {
        found += 1
        if held(atCall: edge.call, in: edge.caller).isDisjoint(with: locks) { return false }
      }
      if found > 0 { return true }
      let unit = program.unitIndex(of: entry)
      for caller in program.functionIDs where program.unitIndex(of: caller) == unit {
        for (number, call) in program.function(caller).calls.enumerated() {
          guard case .foreign(let name) = call.callee, !Self.isOfLibrary(program.symbols.name(name)) else { continue }
          found += 1
          if held(atCall: Int32(number), in: caller).isDisjoint(with: locks) { return false }
        }
      }
      return found > 0
    }
  }

  private static func isOfLibrary(_ name: String) -> Bool {
    ["CString", "GoString", "GoStringN", "GoBytes", "CBytes", "free", "malloc", "calloc", "memcpy", "memset", "strlen"]
      .contains(name)
  }

  private func held(atCall number: Int32, in id: FunctionID) -> Set<Symbol> {
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
