import Findings

/// A package-level map is reached from a function that C calls, without a lock, while other code writes it.
///
/// Quiet where any lock is held, where all callers hold one, for `sync.Map`, where the only writes happen before `main`, and for libraries that pin themselves to one
/// thread with `runtime.LockOSThread`.
struct UnlockedRegistry: Rule {
  let info = RuleDescription(
    id: "BM013", name: "unlocked-registry", severity: .yellow, languages: [.go, .swift],
    summary: "A callback from C reads a package-level map that other code writes, without a lock.",
    page: String(decoding: PackageResources.BM013_md, as: UTF8.self))

  private struct Access {
    var function: FunctionID
    var range: SourceRange
    var isWrite: Bool
    var isLocked: Bool
    var isFromC: Bool
  }

  func findings(in analysis: Analysis) -> [Finding] {
    var accesses: [MemoryPath: [Access]] = [:]
    var pinned: Set<Int> = []
    for id in analysis.program.functionIDs {
      let function = analysis.program.function(id)
      for call in function.calls {
        if case .library(let name) = call.callee, analysis.name(name) == "runtime.LockOSThread" {
          pinned.insert(analysis.program.unitIndex(of: id))
        }
      }
      if function.isInitializer { continue }
      var locks: LockSets?
      for (block, content) in function.blocks.enumerated() {
        for (index, instruction) in content.instructions.enumerated() {
          guard
            let (path, isWrite) = globalMap(
              instruction.operation, function, analysis, unit: analysis.program.unitIndex(of: id))
          else { continue }
          let known = locks ?? LockSets(function)
          locks = known
          let isLocked =
            !known.held(block: block, index: index).isEmpty || CallerLocks.isAlwaysCalledLocked(id, in: analysis)
          accesses[path, default: []].append(
            Access(
              function: id, range: instruction.range, isWrite: isWrite, isLocked: isLocked,
              isFromC: analysis.callGraph.isReachableFromC[Int(id.rawValue)]))
        }
      }
    }
    var result: [Finding] = []
    var reported: Set<Symbol> = []
    for (path, all) in accesses {
      guard case .global(let symbol) = path.root else { continue }
      let writers = all.filter { $0.isWrite && !$0.isFromC }
      guard let writer = writers.first(where: { !$0.isLocked }) ?? writers.first else { continue }
      guard let access = all.first(where: { $0.isFromC && !$0.isLocked }) else { continue }
      if pinned.contains(analysis.program.unitIndex(of: access.function)) { continue }
      reported.insert(path.fields.last ?? symbol)
      let name = analysis.name(symbol).split(separator: ".").last.map(String.init) ?? ""
      let reader = analysis.name(analysis.program.function(access.function).displayName)
      result.append(
        Finding(
          rule: info.id, severity: .yellow,
          message:
            "`\(name)` is reached from C without a lock, while `\(analysis.name(analysis.program.function(writer.function).displayName))` writes it",
          uncertainty: writer.isLocked ? nil : "whether both run on one thread is not known",
          place: analysis.place(access.range), symbol: reader,
          steps: [
            FlowStep(
              .stored, at: analysis.place(writer.range), writer.isLocked ? "written here under a lock" : "written here"),
            FlowStep(.lookedUp, at: analysis.place(access.range), "reached from C here, with no lock held"),
          ]))
    }
    for violation in LockDiscipline(analysis: analysis).violations() where !reported.contains(violation.map) {
      result.append(finding(violation, analysis))
    }
    return result
  }

  private func finding(_ violation: LockDiscipline.Violation, _ analysis: Analysis) -> Finding {
    let map = shortName(violation.map, analysis)
    let lock = shortName(violation.guardian, analysis)
    return Finding(
      rule: info.id, severity: .yellow,
      message: "`\(map)` is \(violation.isWrite ? "written" : "read") without `\(lock)`, which is held elsewhere",
      uncertainty: "that `\(lock)` guards the map is inferred from the accesses that hold it",
      place: analysis.place(violation.range),
      symbol: analysis.name(analysis.program.function(violation.function).displayName),
      steps: [
        FlowStep(.note, at: analysis.place(violation.guarded), "used under `\(lock)` here"),
        FlowStep(violation.isWrite ? .stored : .lookedUp, at: analysis.place(violation.range), "and without it here"),
      ])
  }

  /// The full name of a field or variable without its package.
  private func shortName(_ symbol: Symbol, _ analysis: Analysis) -> String {
    let name = analysis.name(symbol)
    let inPackage = name.lastIndex(of: "/").map { name[$0...] } ?? name[...]
    return inPackage.firstIndex(of: ".").map { String(inPackage[inPackage.index(after: $0)...]) } ?? name
  }

  private func globalMap(_ operation: Operation, _ function: Function, _ analysis: Analysis, unit: Int) -> (
    MemoryPath, Bool
  )? {
    guard case .map(let access) = operation else { return nil }
    if analysis.program.mapType(access.mapType, unit: unit)?.isSynchronized == true { return nil }
    let path = function.paths[Int(access.map.rawValue)]
    guard case .global = path.root else { return nil }
    switch access.kind {
    case .store, .delete, .loadAndDelete, .clear: return (path, true)
    case .load, .next: return (path, false)
    case .count: return nil
    }
  }
}

/// Whether the callers of a function hold a lock for it.
enum CallerLocks {
  /// Whether all calls of a function are known, and each is made with some lock held.
  static func isAlwaysCalledLocked(_ id: FunctionID, in analysis: Analysis, depth: Int = 0) -> Bool {
    if depth > 3 || analysis.callGraph.isAddressTaken[Int(id.rawValue)] || analysis.program.function(id).isExportedToC {
      return false
    }
    let calls = analysis.callGraph.incoming(id)
    if calls.isEmpty { return false }
    return calls.allSatisfy { edge in
      guard edge.mode != .spawned, !edge.isArgument else { return false }
      let caller = analysis.program.function(edge.caller)
      let locks = LockSets(caller)
      for (block, content) in caller.blocks.enumerated() {
        for (index, instruction) in content.instructions.enumerated() {
          if case .call(edge.call) = instruction.operation, !locks.held(block: block, index: index).isEmpty {
            return true
          }
        }
      }
      return isAlwaysCalledLocked(edge.caller, in: analysis, depth: depth + 1)
    }
  }
}
