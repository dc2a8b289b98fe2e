// Bottom-up over the call graph: the components of the graph are layered so that a component lies above all that it calls. The functions
// of a layer are solved at the same time; each sees the results of the layers below. In a component with a cycle the functions are
// solved twice: first as if the calls within the cycle did nothing known, then with the results of the first round.
//
// Most functions of a program have nothing to do with C. A unit that neither calls C nor has maps that can hold addresses is looked at only
// where it calls functions whose summary matters.

/// Solves all functions of a program that matter.
enum Solver {
  static func solve(_ program: Program, _ graph: CallGraph) -> [FunctionResult?] {
    let names = LibraryNames(program.symbols)
    let isUnitRelevant = program.units.map(isRelevant)
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
    var results = [FunctionResult?](repeating: nil, count: program.functionCount)
    for layer in layers {
      let known = SolverContext(program, results: results, names: names)
      let work = layer.filter { component in
        component.contains { matters($0, program, graph, isUnitRelevant, results) }
      }
      let solved = Parallel.map(work.count) { solve(work[$0], graph, known, names) }
      for (component, found) in zip(work, solved) {
        for (function, result) in zip(component, found) { results[Int(function.rawValue)] = result }
      }
    }
    return results
  }

  private static func solve(
    _ component: [FunctionID], _ graph: CallGraph, _ context: SolverContext, _ names: LibraryNames
  ) -> [FunctionResult] {
    let first = component.map { FunctionSolver($0, context).solve() }
    let isCyclic = component.count > 1 || graph.outgoing(component[0]).contains { $0.callee == component[0] }
    if !isCyclic || component.count > 64 { return first }
    var results = context.results
    for (function, result) in zip(component, first) { results[Int(function.rawValue)] = result }
    let second = SolverContext(context.program, results: results, names: names)
    return component.map { FunctionSolver($0, second).solve() }
  }

  private static func isRelevant(_ unit: Unit) -> Bool {
    if unit.mapTypes.contains(where: { $0.key.holdsAddress || $0.value.holdsAddress }) { return true }
    return unit.functions.contains { function in
      function.calls.contains { if case .foreign = $0.callee { true } else { false } }
    }
  }

  private static func matters(
    _ id: FunctionID, _ program: Program, _ graph: CallGraph, _ isUnitRelevant: [Bool], _ results: [FunctionResult?]
  ) -> Bool {
    for edge in graph.outgoing(id) {
      if let result = results[Int(edge.callee.rawValue)], !result.summary.isTrivial { return true }
    }
    guard isUnitRelevant[program.unitIndex(of: id)] else { return false }
    let function = program.function(id)
    return function.variables.contains { $0.type.holdsAddress || $0.type.class == .map }
      || function.blocks.contains { block in
        block.instructions.contains {
          switch $0.operation {
          case .map, .lock, .unlock: true
          default: false
          }
        }
      }
      || function.calls.contains { if case .foreign = $0.callee { true } else { false } }
  }
}

extension ValueType {
  /// Whether it is known to be, or to hold, what can be an address of C.
  var holdsAddress: Bool {
    holdsCPointer || holdsIntegerAddress || self.class == .cPointer || self.class == .integerAddress
  }
}
