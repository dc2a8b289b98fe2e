// Bottom-up over the call graph: the components of the graph are layered so that a component lies above all that it calls. The functions
// of a layer are solved at the same time; each sees the results of the layers below. In a component with a cycle the functions are
// solved twice: first as if the calls within the cycle did nothing known, then with the results of the first round.
//
// Most functions of a program have nothing to do with C. A unit that neither calls C nor keeps addresses of a unit that does is looked at
// only where it calls functions that end, or hand out, memory of C.

/// Solves all functions of a program that matter.
enum Solver {
  /// - Parameter cache: where results of earlier runs are, and those of this one are kept.
  static func solve(
    _ program: Program, _ graph: CallGraph, _ queue: ParallelQueue, cache: SolverCache?
  ) -> SolvedFunctions {
    let names = LibraryNames(program.symbols)
    let isUnitRelevant = relevantUnits(program, graph)
    var layerOf = [Int32](repeating: 0, count: program.functionCount)
    var layers: [[[FunctionID]]] = []
    for component in graph.components {
      var layer: Int32 = 0
      for function in component {
        for edge in graph.outgoing(function) where !component.contains(edge.callee) {
          layer = max(layer, layerOf[Int(edge.callee.rawValue)] + 1)
        }
      }
      for function in component { layerOf[Int(function.rawValue)] = layer }
      while layers.count <= Int(layer) { layers.append([]) }
      layers[Int(layer)].append(component)
    }
    var memory = SolverMemory(program, graph, cache, queue)
    var results = SolvedFunctions(count: program.functionCount)
    for layer in layers {
      let known = SolverContext(program, results: results, names: names)
      let work = layer.filter { component in
        component.contains { matters($0, program, graph, isUnitRelevant, results) }
      }
      let solved = queue.map(count: work.count) { [memory] number in
        memory.results(of: work[number], known) { solve(work[number], isCyclic: $0, $1) }
      }
      for (component, found) in zip(work, solved) {
        for (function, result) in zip(component, found.functions) { results.set(function, result) }
        memory.note(found.new, component)
      }
    }
    memory.keep(queue)
    return results
  }

  private static func solve(
    _ component: [FunctionID], isCyclic: Bool, _ context: SolverContext
  ) -> [FunctionResult] {
    let first = component.map { FunctionSolver($0, context).solve() }
    if !isCyclic || component.count > 64 { return first }
    let second = context.with(first, of: component)
    return zip(component, first).map { FunctionSolver($0, second, sites: $1.sites).solve() }
  }

  /// Units that call C or keep its types in maps, and those that have maps for addresses and call such units.
  private static func relevantUnits(_ program: Program, _ graph: CallGraph) -> [Bool] {
    let callsC = zip(program.units, program.callsC).map { unit, callsC in
      callsC || unit.mapTypes.contains { $0.key.cType != .empty || $0.value.cType != .empty }
    }
    var result = callsC
    let holds = program.units.map { unit in
      unit.mapTypes.contains { $0.key.holdsAddress || $0.value.holdsAddress }
    }
    for edge in graph.edges where callsC[program.unitIndex(of: edge.callee)] {
      let caller = program.unitIndex(of: edge.caller)
      if holds[caller] { result[caller] = true }
    }
    return result
  }

  private static func matters(
    _ id: FunctionID, _ program: Program, _ graph: CallGraph, _ isUnitRelevant: [Bool], _ results: SolvedFunctions
  ) -> Bool {
    guard program.isOriginal(id) else { return false }
    for edge in graph.outgoing(id) {
      guard let traits = results.entry(edge.callee)?.traits, !traits.contains(.isTrivial) else { continue }
      if traits.contains(.endsMemory) || isUnitRelevant[program.unitIndex(of: id)] { return true }
    }
    guard isUnitRelevant[program.unitIndex(of: id)] else { return false }
    return !program.traits(id).isDisjoint(with: [
      .hasAddressVariables, .hasMapVariables, .usesMaps, .locks, .callsForeign,
    ])
      || program.function(id).calls.contains {
        switch $0.callee {
        // What a caller gives a function to call, or as the receiver of a method, decides what it does.
        case .foreign, .interfaceMethod, .value: true
        case .library(let name): program.isUnresolvedMethod(name)
        case .function: false
        }
      }
  }
}

extension ValueType {
  /// Whether it is known to be, or to hold, what can be an address of C.
  var holdsAddress: Bool {
    holdsCPointer || holdsIntegerAddress || self.class == .cPointer || self.class == .integerAddress
  }
}
