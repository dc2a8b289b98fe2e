import Findings

/// All that the rules can ask: the program, its call graph, what C does, and what the solver has found out.
///
/// Made once for a run, immutable afterwards, and read by all rules at the same time.
public final class Analysis: Sendable {
  /// The units and their functions.
  public let program: Program
  /// Ranges to places.
  public let sourceMap: any SourceMap
  /// Who calls whom.
  public let callGraph: CallGraph
  /// What the solver found out, by function; `nil` where nothing matters.
  let results: SolvedFunctions
  /// The threads that rules run on.
  let queue: ParallelQueue

  /// Analyses the units: builds the call graph, summaries bottom-up, and the facts of the whole program.
  ///
  /// - Parameter cache: results of the solver from earlier runs; what comes out is the same without it.
  public init(
    units: [Unit], symbols: SymbolTable, sourceMap: any SourceMap,
    knowledge: any ForeignKnowledge = NoForeignKnowledge(), queue: ParallelQueue = ParallelQueue(),
    cache: SolverCache? = nil
  ) {
    self.queue = queue
    program = Program(units: units, symbols: symbols, knowledge: knowledge, queue: queue)
    self.sourceMap = sourceMap
    callGraph = CallGraph(program, queue: queue)
    results = Solver.solve(program, callGraph, queue, cache: cache)
  }

  /// What happens to maps anywhere in the program; made when a rule first asks.
  var mapFacts: MapFacts { facts.value { MapFacts(program, callGraph) } }
  private let facts = Deferred<MapFacts>()

  /// The addresses of maps that reach C or are kept; made when a rule first asks.
  var mapAddresses: MapAddressFlow { addresses.value { MapAddressFlow(program, callGraph) } }
  private let addresses = Deferred<MapAddressFlow>()

  /// The functions in the languages that a rule is for.
  func functionIDs(for rule: RuleDescription) -> [FunctionID] {
    let isMeant = program.units.map { unit in
      unit.functions.first.map { rule.languages.contains($0.language.described) } ?? false
    }
    return program.functionIDs.filter { isMeant[program.unitIndex(of: $0)] }
  }

  /// The name of a symbol.
  public func name(_ symbol: Symbol) -> String { program.symbols.name(symbol) }

  /// The place of a range.
  public func place(_ range: SourceRange) -> Place { sourceMap.place(of: range) }
}
