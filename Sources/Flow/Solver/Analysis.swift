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
  let results: [FunctionResult?]
  /// What happens to maps anywhere in the program.
  let mapFacts: MapFacts

  /// Analyses the units: builds the call graph, summaries bottom-up, and the facts of the whole program.
  public init(
    units: [Unit], symbols: SymbolTable, sourceMap: any SourceMap,
    knowledge: any ForeignKnowledge = NoForeignKnowledge()
  ) {
    program = Program(units: units, symbols: symbols, knowledge: knowledge)
    self.sourceMap = sourceMap
    callGraph = CallGraph(program)
    results = Solver.solve(program, callGraph)
    mapFacts = MapFacts(program, callGraph)
  }

  /// The name of a symbol.
  public func name(_ symbol: Symbol) -> String { program.symbols.name(symbol) }

  /// The place of a range.
  public func place(_ range: SourceRange) -> Place { sourceMap.place(of: range) }
}
