/// Accesses of maps without the lock under which the program accesses them elsewhere.
///
/// Maps that hold addresses are looked at, and all maps of packages that talk to C, whose numbers stand for objects of C. Which lock guards a map is inferred: one that
/// lies beside the map (in the same struct, or around it, or at package level for a map at package level) and is held at some access. An access without it is a
/// violation when the others keep to it. What a function does without a lock of its own is looked at from each of its callers, where all are known. What an initialiser, a
/// constructor (of an object that the function has just made), or a function whose name says that the caller holds the lock (`removeLocked`) does, is in order.
/// So is a loop over the whole map, or another map in its place: where an object begins or ends, nobody else has it.
/// Inference of guards by majority: D. Engler et al., "Bugs as Deviant Behavior", SOSP 2001.
struct LockDiscipline {
  /// An access that breaks it.
  struct Violation {
    var function: FunctionID
    var range: SourceRange
    var isWrite: Bool
    /// The field or variable that holds the map.
    var map: Symbol
    /// The lock.
    var guardian: Symbol
    /// An access under the lock.
    var guarded: SourceRange
  }

  let analysis: Analysis
  let callers: HeldLocks

  private struct Access {
    var function: FunctionID
    var range: SourceRange
    var isWrite: Bool
    /// Whether it is one that tells which lock is meant, but is in order without it.
    var isExempt = false
    /// The locks beside the map that are held.
    var held: Set<Symbol>
  }

  /// The violations, at most one for each map.
  func violations() -> [Violation] {
    var accesses: [Symbol: [Access]] = [:]
    let talksToC = zip(analysis.program.units, analysis.program.callsC).map { unit, callsC in
      callsC || unit.functions.contains(where: \.isExportedToC)
    }
    for id in analysis.program.functionIDs
    where !analysis.program.traits(id).isDisjoint(with: [.usesMaps, .hasMapVariables]) {
      collect(id, talksToC: talksToC[analysis.program.unitIndex(of: id)], into: &accesses)
    }
    return accesses.sorted { analysis.name($0.key) < analysis.name($1.key) }.compactMap {
      violation(of: $0.key, $0.value)
    }
  }

  private func violation(of map: Symbol, _ all: [Access]) -> Violation? {
    var functions: [Symbol: Set<FunctionID>] = [:]
    for access in all { for lock in access.held { functions[lock, default: []].insert(access.function) } }
    guard
      let (guardian, keepers) = functions.max(by: {
        ($0.value.count, analysis.name($1.key)) < ($1.value.count, analysis.name($0.key))
      }),
      let guarded = all.first(where: { $0.held.contains(guardian) && $0.isWrite })
        ?? all.first(where: { $0.held.contains(guardian) })
    else { return nil }
    let open = all.filter { access in
      !access.isExempt && !access.held.contains(guardian) && !analysis.program.function(access.function).isTest
        && !isExempt(access.function, guardian)
    }
    // One that reads again after it has given the lock back may know what it does; one that writes does not.
    let breakers = Set(open.filter { $0.isWrite || !keepers.contains($0.function) }.map(\.function))
    // One against one is enough: a lock that lies beside the map is there for something. Several must be few beside those that keep to it.
    guard breakers.count == 1 || breakers.count * 3 <= keepers.count else { return nil }
    let isWritten = guarded.isWrite
    let broken = open.filter { breakers.contains($0.function) && ($0.isWrite || isWritten) }
    guard
      let broken = (broken.contains(where: \.isWrite) ? broken.filter(\.isWrite) : broken).min(by: {
        ($0.range.file, $0.range.start) < ($1.range.file, $1.range.start)
      })
    else { return nil }
    return Violation(
      function: broken.function, range: broken.range, isWrite: broken.isWrite, map: map, guardian: guardian,
      guarded: guarded.range)
  }

  /// Whether callers hold the lock, as far as can be told: those in Go, or those that call C which calls back.
  private func isExempt(_ id: FunctionID, _ guardian: Symbol) -> Bool {
    let name = FlowReport.lastPart(analysis.name(analysis.program.function(id).symbol)).lowercased()
    return name.hasSuffix("locked") || name.hasSuffix("nolock") || name.hasSuffix("unsafe")
      || callers.isAlwaysCalledLocked(id)
      || analysis.callGraph.isReachableFromC[Int(id.rawValue)] && callers.isCalledBack(id, under: [guardian])
  }

  private func collect(_ id: FunctionID, talksToC: Bool, into accesses: inout [Symbol: [Access]]) {
    let function = analysis.program.function(id)
    if function.isInitializer { return }
    var locks: LockSets?
    var made: Set<VariableID>?
    for (block, content) in function.blocks.enumerated() {
      for (index, instruction) in content.instructions.enumerated() {
        guard let found = access(instruction.operation, id, function, talksToC: talksToC),
          let map = analysis.program.declared(found.path)
        else { continue }
        if case .variable(let base) = found.path.root {
          let known = made ?? Self.made(in: function)
          made = known
          if known.contains(base) { continue }
        }
        // A lock that is taken only if the caller asks for it counts as held.
        let known = locks ?? callers.lockSetsOnSomeWay(of: id)
        locks = known
        let held = known.held(block: block, index: index).map(\.path).filter { Self.isBeside($0, found.path) }
        let access = Access(
          function: id, range: instruction.range, isWrite: found.isWrite, isExempt: found.isExempt,
          held: Set(held.compactMap(analysis.program.declared)))
        accesses[map, default: []] += access.held.isEmpty ? fromCallers(access, of: map) : [access]
      }
    }
  }

  /// How an instruction accesses a map that matters.
  private func access(
    _ operation: Operation, _ id: FunctionID, _ function: Function, talksToC: Bool
  ) -> (path: MemoryPath, isWrite: Bool, isExempt: Bool)? {
    let program = analysis.program
    let unit = program.unitIndex(of: id)
    func matters(_ type: Int32) -> Bool {
      guard let type = program.mapType(type, unit: unit), !type.isSynchronized else { return false }
      return talksToC || type.key.holdsAddress || type.value.holdsAddress
    }
    switch operation {
    case .map(let access) where access.kind != .count && matters(access.mapType):
      return (function.paths[Int(access.map.rawValue)], access.kind.isWrite, access.kind == .next)
    case .store(let path, let from):
      let type = function.variables[Int(from.rawValue)].type
      guard type.class == .map, matters(type.mapType) else { return nil }
      return (function.paths[Int(path.rawValue)], true, true)
    default: return nil
    }
  }

  /// An access of a function that takes no lock itself, as each of its callers makes it; as it is where not all of them are known.
  private func fromCallers(_ access: Access, of map: Symbol) -> [Access] {
    let edges = callers.knownCalls(of: access.function).prefix(Self.maximumCallers + 1)
    guard !edges.isEmpty, edges.count <= Self.maximumCallers else { return [access] }
    return edges.compactMap { edge in
      let caller = analysis.program.function(edge.caller)
      let own = caller.calls[Int(edge.call)].arguments.contains(where: Self.made(in: caller).contains)
      if own || caller.isInitializer { return nil }
      var result = access
      result.function = edge.caller
      result.held = callers.held(atCall: edge.call, in: edge.caller).filter { areBeside($0, map) }
      return result
    }
  }

  private static let maximumCallers = 8

  /// Whether two fields belong to one struct, or two variables to one package.
  private func areBeside(_ left: Symbol, _ right: Symbol) -> Bool {
    func owner(_ symbol: Symbol) -> Substring {
      let name = analysis.name(symbol)
      return name[..<(name.lastIndex(of: ".") ?? name.startIndex)]
    }
    return owner(left) == owner(right)
  }

  /// The variables of a function that hold an object which it has made itself.
  private static func made(in function: Function) -> Set<VariableID> {
    var made: Set<VariableID> = []
    for block in function.blocks {
      for instruction in block.instructions {
        switch instruction.operation {
        case .fresh(let into, _): made.insert(into)
        case .copy(let into, let from), .convert(let into, let from, .pointer):
          if made.contains(from) { made.insert(into) }
        case .address(let into, let path):
          if case .variable(let base) = function.paths[Int(path.rawValue)].root, made.contains(base) {
            made.insert(into)
          }
        default: break
        }
      }
    }
    return made
  }

  /// Whether a lock lies in the struct of a map, or in one around it; package-level locks lie beside package-level maps.
  private static func isBeside(_ lock: MemoryPath, _ map: MemoryPath) -> Bool {
    if lock.root == map.root, !lock.fields.isEmpty { return map.fields.dropLast().starts(with: lock.fields.dropLast()) }
    if case .global = lock.root, case .global = map.root { return true }
    return false
  }
}
