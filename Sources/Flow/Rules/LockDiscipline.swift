/// Accesses of maps without the lock under which the program accesses them elsewhere.
///
/// Which lock guards a map is inferred: one that lies beside the map (in the same struct, or around it, or at package level for a map at package level) and is held at
/// some access. An access without it is a violation when the others keep to it. What an initialiser, a constructor (of an object that the function has just made), a
/// function whose callers all hold a lock, or one whose name says that the caller holds it (`removeLocked`) does, is in order.
/// So is a loop over the whole map: where an object ends, nobody else has it any more.
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
    /// The locks beside the map that are held.
    var held: Set<Symbol>
  }

  /// The violations, at most one for each map.
  func violations() -> [Violation] {
    var accesses: [Symbol: [Access]] = [:]
    for id in analysis.program.functionIDs { collect(id, into: &accesses) }
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
      !access.held.contains(guardian) && !analysis.program.function(access.function).isTest
        && !isExempt(access.function)
    }
    let breakers = Set(open.map(\.function)).subtracting(keepers)
    // One against one is enough: a lock that lies beside the map is there for something. Several must be few beside those that keep to it.
    guard breakers.count == 1 || breakers.count * 3 <= keepers.count else { return nil }
    let isWritten = guarded.isWrite
    guard
      let broken = open.first(where: { breakers.contains($0.function) && $0.isWrite })
        ?? open.first(where: { breakers.contains($0.function) && isWritten })
    else { return nil }
    return Violation(
      function: broken.function, range: broken.range, isWrite: broken.isWrite, map: map, guardian: guardian,
      guarded: guarded.range)
  }

  /// Whether callers hold the lock, as far as can be told.
  private func isExempt(_ id: FunctionID) -> Bool {
    let name = FlowReport.lastPart(analysis.name(analysis.program.function(id).symbol)).lowercased()
    return name.hasSuffix("locked") || name.hasSuffix("nolock") || name.hasSuffix("unsafe")
      || callers.isAlwaysCalledLocked(id)
  }

  private func collect(_ id: FunctionID, into accesses: inout [Symbol: [Access]]) {
    let function = analysis.program.function(id)
    let unit = analysis.program.unitIndex(of: id)
    if function.isInitializer { return }
    var locks: LockSets?
    var made: Set<VariableID>?
    for (block, content) in function.blocks.enumerated() {
      for (index, instruction) in content.instructions.enumerated() {
        guard case .map(let access) = instruction.operation, access.kind != .count, access.kind != .next,
          let type = analysis.program.mapType(access.mapType, unit: unit), !type.isSynchronized,
          type.key.holdsAddress || type.value.holdsAddress
        else { continue }
        let path = function.paths[Int(access.map.rawValue)]
        guard let map = path.declared else { continue }
        if case .variable(let base) = path.root {
          let known = made ?? Self.made(in: function)
          made = known
          if known.contains(base) { continue }
        }
        // A lock that is taken only if the caller asks for it counts as held.
        let known = locks ?? LockSets(function, onSomeWay: true)
        locks = known
        let held = known.held(block: block, index: index).map(\.path).filter { Self.isBeside($0, path) }
        accesses[analysis.program.common(map), default: []].append(
          Access(
            function: id, range: instruction.range, isWrite: access.kind != .load,
            held: Set(held.compactMap(\.declared).map(analysis.program.common))))
      }
    }
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
