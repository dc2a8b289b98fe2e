import Findings

/// A package-level map is reached from a function that C calls and from other code, at least one of them writes, and no lock is held by both.
///
/// An access without the lock that the others keep to is told as well, see `LockDiscipline`.
///
/// Quiet where all callers hold the lock, where every call of C that can lead to the callback is made under it, for `sync.Map`, where the only writes happen before
/// `main`, and for libraries of the main thread: pinned with `runtime.LockOSThread`, or known by their headers, unless a thread or goroutine comes in.
struct UnlockedRegistry: Rule {
  let info = RuleDescription(
    id: "BM013", name: "unlocked-registry", severity: .yellow, languages: [.go, .swift],
    summary: "A callback from C and other code use a package-level map without a common lock.",
    page: String(decoding: PackageResources.BM013_md, as: UTF8.self))

  private struct Access {
    var function: FunctionID
    var range: SourceRange
    var isWrite: Bool
    var locks: Set<Symbol>
  }

  func findings(in analysis: Analysis) -> [Finding] {
    let program = analysis.program
    let locks = HeldLocks(program, analysis.callGraph)
    var accesses: [MemoryPath: [Access]] = [:]
    /// The paths in the order in which they come up.
    var paths: [MemoryPath] = []
    var pinned: Set<Int> = []
    let pinning = program.symbols.intern("runtime.LockOSThread")
    for id in program.functionIDs {
      let function = program.function(id)
      for call in function.calls {
        if case .library(pinning) = call.callee {
          pinned.insert(program.unitIndex(of: id))
        }
      }
      if function.isInitializer || function.isTest || !program.traits(id).contains(.usesMaps) { continue }
      for (block, content) in function.blocks.enumerated() {
        for (index, instruction) in content.instructions.enumerated() {
          guard
            let (path, isWrite) = globalMap(instruction.operation, function, analysis, unit: program.unitIndex(of: id))
          else { continue }
          if accesses[path] == nil { paths.append(path) }
          accesses[path, default: []].append(
            Access(
              function: id, range: instruction.range, isWrite: isWrite,
              locks: locks.held(in: id, block: block, index: index)))
        }
      }
    }
    var result: [Finding] = []
    var reported: Set<Symbol> = []
    for path in paths {
      guard let all = accesses[path] else { continue }
      let callbacks = all.filter { analysis.callGraph.isReachableFromC[Int($0.function.rawValue)] }
      let others = all.filter { !analysis.callGraph.isReachableFromC[Int($0.function.rawValue)] }
      guard let (callback, other) = race(callbacks, others, locks) else { continue }
      let unit = program.unitIndex(of: callback.function)
      if pinned.contains(unit) { continue }
      if program.isOnMainThread(unit: unit), !others.contains(where: { locks.isInGoroutine($0.function) }) { continue }
      if let map = program.declared(path) { reported.insert(map) }
      result.append(finding(callback, other, path, analysis))
    }
    for violation in LockDiscipline(analysis: analysis, callers: locks).violations()
    where !reported.contains(violation.map) {
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

  /// A package-level variable, and the fields from there, as the source names them.
  private func name(_ path: MemoryPath, _ analysis: Analysis) -> String {
    guard case .global(let symbol) = path.root else { return "" }
    let fields = path.fields.filter { $0 != analysis.program.element }
    return ([symbol] + fields).map { FlowReport.lastPart(analysis.name($0)) }.joined(separator: ".")
  }

  /// Two accesses without a common lock, one from C and one not, of which one writes.
  private func race(_ callbacks: [Access], _ others: [Access], _ locks: HeldLocks) -> (Access, Access)? {
    // A write that is not from C tells most; one by C alone counts as well.
    for other in others.sorted(by: { $0.isWrite && !$1.isWrite }) {
      for callback in callbacks where callback.isWrite || other.isWrite {
        guard callback.locks.isDisjoint(with: other.locks) else { continue }
        if !other.locks.isEmpty, locks.isCalledBack(callback.function, under: other.locks) { continue }
        return (callback, other)
      }
    }
    return nil
  }

  private func finding(_ callback: Access, _ other: Access, _ path: MemoryPath, _ analysis: Analysis) -> Finding {
    let name = name(path, analysis)
    let reader = analysis.name(analysis.program.function(callback.function).displayName)
    let second = analysis.name(analysis.program.function(other.function).displayName)
    let isLocked = !callback.locks.isEmpty
    return Finding(
      rule: info.id, severity: .yellow,
      message: isLocked
        ? "`\(name)` is reached from C under another lock than in `\(second)`"
        : "`\(name)` is reached from C without a lock, while `\(second)` \(other.isWrite ? "writes" : "reads") it",
      uncertainty: callback.locks.isEmpty && other.locks.isEmpty ? "whether both run on one thread is not known" : nil,
      place: analysis.place(callback.range), symbol: reader,
      steps: [
        FlowStep(
          other.isWrite ? .stored : .lookedUp, at: analysis.place(other.range),
          "\(other.isWrite ? "written" : "read") here\(other.locks.isEmpty ? "" : " under a lock")"),
        FlowStep(
          callback.isWrite ? .stored : .lookedUp, at: analysis.place(callback.range),
          "reached from C here\(isLocked ? ", under a different lock" : ", with no lock held")"),
      ])
  }

  private func globalMap(_ operation: Operation, _ function: Function, _ analysis: Analysis, unit: Int) -> (
    MemoryPath, Bool
  )? {
    guard case .map(let access) = operation else { return nil }
    if analysis.program.mapType(access.mapType, unit: unit)?.isSynchronized == true { return nil }
    let path = function.paths[Int(access.map.rawValue)]
    guard case .global = path.root else { return nil }
    return access.kind == .count ? nil : (path, access.kind.isWrite)
  }
}
