/// What one run takes over from earlier ones, and what it has to keep for later ones.
struct SolverMemory: Sendable {
  /// What became of a component.
  struct Outcome: Sendable {
    var functions: [SolvedFunction]
    /// What is to be kept of it, where it was solved anew.
    var new: SolvedUnit.Component?
  }

  private let program: Program
  private let graph: CallGraph
  private let cache: SolverCache?
  private var units: [SolvedUnit?]
  private var isChanged: [Bool]
  /// The number of the first function of each unit.
  private var starts: [Int32] = []

  init(_ program: Program, _ graph: CallGraph, _ cache: SolverCache?, _ queue: ParallelQueue) {
    self.program = program
    self.graph = graph
    self.cache = cache
    units = cache?.units(program, queue) ?? []
    isChanged = Array(repeating: false, count: units.count)
    var start: Int32 = 0
    for unit in program.units {
      starts.append(start)
      start += Int32(unit.functions.count)
    }
  }

  /// The unit of a component whose results can be kept, and the numbers of its functions there.
  private func place(_ component: [FunctionID]) -> (unit: Int, members: [Int32])? {
    guard let cache else { return nil }
    let unit = program.unitIndex(of: component[0])
    guard cache.identities[unit] != nil, component.allSatisfy({ program.unitIndex(of: $0) == unit }) else { return nil }
    return (unit, component.map { $0.rawValue - starts[unit] })
  }

  /// The results of a component: kept ones where they hold, otherwise what `solve` makes, which is told whether the component is cyclic.
  func results(
    of component: [FunctionID], _ context: SolverContext, solve: (Bool, SolverContext) -> [FunctionResult]
  ) -> Outcome {
    let isCyclic = component.count > 1 || graph.outgoing(component[0]).contains { $0.callee == component[0] }
    guard let cache, let (unit, members) = place(component), let identity = cache.identities[unit] else {
      // Others depend on it by its digest, where there is a cache.
      let solved = solve(isCyclic, context)
      return Outcome(
        functions: zip(component, solved).map { id, result in
          SolvedFunction(
            result, digest: cache == nil ? 0 : ResultArchive(program: program).bytes(result, of: id, files: []).digest)
        })
    }
    let archive = ResultArchive(program: program)
    if let known = units[unit]?.components[members[0]], known.members == members, known.isCyclic == isCyclic,
      known.dependencies.hold(unit: unit, context, cache)
    {
      return Outcome(
        functions: known.results.map { kept in
          SolvedFunction(digest: kept.digest, traits: kept.traits) {
            archive.result(from: kept.bytes, part: kept.part, files: identity.files)
          }
        })
    }
    let trace = SolverTrace()
    let solved = solve(isCyclic, context.tracing(trace))
    var kept: [SolvedUnit.Result] = []
    let functions = zip(component, solved).map { id, result in
      let (bytes, digest) = archive.bytes(result, of: id, files: identity.files)
      kept.append(SolvedUnit.Result(digest: digest, traits: result.traits, bytes: bytes, part: bytes.indices))
      return SolvedFunction(result, digest: digest)
    }
    let dependencies = SolverDependencies(trace, unit: unit, context, cache)
    return Outcome(
      functions: functions,
      new: dependencies.map {
        SolvedUnit.Component(members: members, isCyclic: isCyclic, dependencies: $0, results: kept)
      })
  }

  /// Takes note of what is to be kept of a component.
  mutating func note(_ new: SolvedUnit.Component?, _ component: [FunctionID]) {
    guard let new, let first = new.members.first else { return }
    let unit = program.unitIndex(of: component[0])
    if units[unit] == nil { units[unit] = SolvedUnit() }
    units[unit]?.components[first] = new
    isChanged[unit] = true
  }

  /// Keeps the units of which something was solved anew.
  func keep(_ queue: ParallelQueue) {
    guard let cache else { return }
    queue.forEach(count: units.count) { number in
      if isChanged[number], let unit = units[number] { cache.keep(unit, number: number, program) }
    }
  }
}
