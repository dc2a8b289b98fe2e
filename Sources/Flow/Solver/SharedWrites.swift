// The writes of maps that a function makes, itself or through what it calls, in terms of what its caller knows: parameters, captured variables, globals. Each
// with the locks that are held at it. Made on demand, callees first; used by one thread.

/// A write of a map, seen from some function.
struct SharedWrite: Hashable {
  var map: Reference
  /// Locks that are held for writing.
  var locks: Set<Reference>
  /// Whether some lock is held that cannot be told apart from others, or may be.
  var mayBeLocked: Bool
  /// Whether a value is taken from a channel before, so that another goroutine may have to let it go on.
  var isAfterReceive: Bool
  var function: FunctionID
  var range: SourceRange
}

final class SharedWrites {
  static let maximumCount = 48

  private let program: Program
  private let graph: CallGraph
  private let locks: LockSummaries
  private var summaries: [FunctionID: [SharedWrite]] = [:]
  private var resolvers: [FunctionID: ReferenceResolver] = [:]
  private var joins: [FunctionID: Bool] = [:]
  private let element: Symbol

  init(_ program: Program, _ graph: CallGraph) {
    self.program = program
    self.graph = graph
    locks = LockSummaries(program, graph)
    element = program.element
  }

  func resolver(_ id: FunctionID) -> ReferenceResolver {
    if let known = resolvers[id] { return known }
    let made = ReferenceResolver(program.function(id))
    resolvers[id] = made
    return made
  }

  /// The writes of a function that its callers can know.
  func writes(of id: FunctionID) -> [SharedWrite] {
    if let known = summaries[id] { return known }
    // What a recursive call writes is found in the first round.
    summaries[id] = []
    let found = all(of: id).map(\.write).filter { !$0.map.isLocal }
    summaries[id] = Array(found.prefix(Self.maximumCount))
    return summaries[id]!
  }

  /// All writes of a function and what it calls directly, each with the place of the instruction in the function.
  func all(of id: FunctionID) -> [(block: Int, index: Int, write: SharedWrite)] {
    let function = program.function(id)
    var result: [(Int, Int, SharedWrite)] = []
    var locks: (all: LockSets, some: LockSets)?
    let unit = program.unitIndex(of: id)
    for (block, content) in function.blocks.enumerated() {
      for (index, instruction) in content.instructions.enumerated() where result.count < Self.maximumCount {
        var found: [SharedWrite] = []
        switch instruction.operation {
        case .map(let access):
          guard access.kind.isWrite,
            program.mapType(access.mapType, unit: unit)?.isSynchronized != true
          else { continue }
          let map = resolver(id).reference(access.map)
          if map.fields.contains(element) || hasToken(function, block, index) { continue }
          found = [
            SharedWrite(
              map: map, locks: [], mayBeLocked: false, isAfterReceive: receives(function), function: id,
              range: instruction.range)
          ]
        case .call(let number):
          let call = function.calls[Int(number)]
          guard call.mode == .direct else { continue }
          // What another package writes, and under which conditions, is that package's promise to keep: only calls within one are followed.
          for target in graph.targets(of: id, call: number) where program.unitIndex(of: target) == unit {
            found += writes(of: target).compactMap { translated($0, from: target, call, in: id) }
          }
        default: continue
        }
        if found.isEmpty { continue }
        let known = locks ?? (self.locks.lockSets(of: id), self.locks.lockSets(of: id, onSomeWay: true))
        locks = known
        let held = known.all.held(block: block, index: index).filter { $0.mode == .exclusive }
          .map { resolver(id).reference($0.path) }
        // A lock that is taken only if the caller asks for it may be held all the same.
        let isSometimesLocked = known.some.held(block: block, index: index).contains {
          $0.mode == .exclusive && !held.contains(resolver(id).reference($0.path))
        }
        let mayBeLocked = isSometimesLocked || held.contains { isOpaque($0, id) } || callsLocker(function)
        let waits = receives(function)
        for var write in found {
          write.locks.formUnion(held)
          write.mayBeLocked = write.mayBeLocked || mayBeLocked
          write.isAfterReceive = write.isAfterReceive || waits
          result.append((block, index, write))
        }
      }
    }
    return result
  }

  /// A callee's write as its caller sees it; nil where the map is the callee's own. `call` is nil where only the captured variables are known.
  func translated(_ write: SharedWrite, from callee: FunctionID, _ call: Call?, in caller: FunctionID) -> SharedWrite? {
    guard let map = translated(write.map, from: callee, call, in: caller), !map.fields.contains(element) else {
      return nil
    }
    var result = write
    result.map = map
    result.locks = []
    for lock in write.locks {
      if let lock = translated(lock, from: callee, call, in: caller) {
        result.locks.insert(lock)
        if isOpaque(lock, caller) { result.mayBeLocked = true }
      }
    }
    return result
  }

  func translated(_ reference: Reference, from callee: FunctionID, _ call: Call?, in caller: FunctionID) -> Reference? {
    let outer: VariableID
    switch reference.root {
    case .global: return reference
    case .local: return nil
    case .parameter(let index):
      guard let call, index < call.arguments.count else { return nil }
      outer = call.arguments[index]
    case .capture(let variable):
      let function = program.function(callee)
      guard function.parent == program.function(caller).symbol,
        let capture = function.captures.first(where: { $0.inner == variable })
      else { return nil }
      outer = capture.outer
    }
    return resolver(caller).reference(outer, fields: reference.fields)
  }

  /// Whether it is not known what a reference of a function means: it came out of a call or another map.
  private func isOpaque(_ reference: Reference, _ id: FunctionID) -> Bool {
    guard case .local(let variable) = reference.root else { return reference.fields.contains(element) }
    let all = resolver(id).definitions.definitions(of: variable)
    return all.contains {
      switch $0.operation {
      case .call, .map, .fresh(_, .unknown), .fresh(_, .received): true
      default: false
      }
    }
  }

  // MARK: Order

  /// Whether the function hands a token round a channel: it sends before the write and takes back afterwards, or the other way about.
  private func hasToken(_ function: Function, _ block: Int, _ index: Int) -> Bool {
    var (sends, takes) = ([false, false], [false, false])
    let after = reachable(from: block, in: function)
    for (number, content) in function.blocks.enumerated() {
      for (position, instruction) in content.instructions.enumerated() {
        let isAfter = number == block ? position > index : after.contains(number)
        switch instruction.operation {
        case .escape: sends[isAfter ? 1 : 0] = true
        case .fresh(let into, .received) where function.variables[Int(into.rawValue)].name == .empty:
          takes[isAfter ? 1 : 0] = true
        case .call(let number):
          guard case .function(let name) = function.calls[Int(number)].callee,
            function.calls[Int(number)].mode == .deferred, let target = program.function(named: name)
          else { continue }
          if receives(program.function(target)) { takes[1] = true }
        default: break
        }
      }
    }
    return sends[0] && takes[1] && isUnused(function) || takes[0] && sends[1] && isUnused(function)
  }

  /// Whether something is received only to wait for it.
  private func isUnused(_ function: Function) -> Bool {
    var received: Set<VariableID> = []
    for block in function.blocks {
      for instruction in block.instructions {
        if case .fresh(let into, .received) = instruction.operation { received.insert(into) }
      }
    }
    for block in function.blocks {
      for instruction in block.instructions { instruction.operation.visitOperands(function) { received.remove($0) } }
    }
    return !received.isEmpty || function.calls.contains { $0.mode == .deferred }
  }

  private func reachable(from block: Int, in function: Function) -> Set<Int> {
    var seen: Set<Int> = []
    var pending = function.successors(of: block)
    while let next = pending.popLast() {
      if seen.insert(next).inserted { pending += function.successors(of: next) }
    }
    return seen
  }

  func receives(_ function: Function) -> Bool {
    function.blocks.contains { block in
      block.instructions.contains { if case .fresh(_, .received) = $0.operation { true } else { false } }
    }
  }

  /// Whether a function locks by means that are not followed.
  private func callsLocker(_ function: Function) -> Bool {
    function.calls.contains { call in
      let name: Symbol
      switch call.callee {
      case .function(let symbol), .library(let symbol), .interfaceMethod(let symbol): name = symbol
      default: return false
      }
      let text = program.symbols.name(name)
      if text.hasPrefix("sync.") { return false }
      let last = text.split(separator: ".").last?.lowercased() ?? ""
      return last.hasSuffix("lock") && last != "unlock" || last.hasPrefix("lock") || last.contains("acquire")
    }
  }

  /// Whether an instruction waits for other goroutines, itself or in what it calls.
  func isJoin(_ operation: Operation, _ id: FunctionID) -> Bool {
    switch operation {
    case .fresh(_, .received): return true
    case .call(let number):
      let function = program.function(id)
      let call = function.calls[Int(number)]
      guard call.mode == .direct else { return false }
      switch call.callee {
      case .library(let name), .interfaceMethod(let name):
        let last = program.symbols.name(name).split(separator: ".").last.map(String.init) ?? ""
        if ["Wait", "Join", "Stop", "Close", "Shutdown"].contains(last) { return true }
      default: break
      }
      return graph.targets(of: id, call: number).contains { joins($0) }
    default: return false
    }
  }

  /// Whether every way from an instruction to the next round of a loop waits for something.
  func waitsEachRound(_ loop: Set<Int>, block: Int, index: Int, in id: FunctionID) -> Bool {
    let function = program.function(id)
    let heads = loop.filter { block in
      function.blocks.indices.contains { !loop.contains($0) && function.successors(of: $0).contains(block) }
    }
    var seen: Set<Int> = []
    var pending: [(block: Int, from: Int)] = [(block, index + 1)]
    while let (current, from) = pending.popLast() {
      if function.blocks[current].instructions.dropFirst(from).contains(where: { isJoin($0.operation, id) }) {
        continue
      }
      for next in function.successors(of: current) where loop.contains(next) {
        if heads.contains(next) || next == block { return false }
        if seen.insert(next).inserted { pending.append((next, 0)) }
      }
    }
    return true
  }

  private func joins(_ id: FunctionID) -> Bool {
    if let known = joins[id] { return known }
    joins[id] = false
    let answer = program.function(id).blocks.contains { block in
      block.instructions.contains { isJoin($0.operation, id) }
    }
    joins[id] = answer
    return answer
  }
}
