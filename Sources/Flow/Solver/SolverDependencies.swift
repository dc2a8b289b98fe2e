/// The answers that the results of one component depend on: what `SolverTrace` has noted, in terms that hold in other runs.
struct SolverDependencies: Sendable {
  /// Names, each with the full name of the function that it means; empty where there is none.
  var functions: [(name: Symbol, found: Symbol)] = []
  /// Functions with the digests of their results.
  var results: [(function: Symbol, digest: UInt64)] = []
  /// Fields and globals with their types.
  var types: [(place: Symbol, type: ValueType)] = []
  /// Interface methods with their bodies.
  var methods: [(method: Symbol, bodies: [Symbol])] = []
  /// Functions of other units with the keys of these.
  var bodies: [(function: Symbol, key: UInt64)] = []

  init() {}

  /// The answers at this point of a run; nil where one has no meaning in other runs.
  init?(_ trace: SolverTrace, unit: Int, _ context: SolverContext, _ cache: SolverCache) {
    let program = context.program
    functions = trace.functions.map { ($0, Self.found($0, program)) }
    results = trace.results.map { (program.function($0).symbol, context.digest(of: $0)) }
    types = trace.types.map { ($0, context.type(ofFieldOrGlobal: $0)) }
    methods = trace.methods.map { ($0, program.units[unit].implementations[$0] ?? []) }
    for id in trace.bodies {
      guard let identity = cache.identities[program.unitIndex(of: id)] else { return nil }
      bodies.append((program.function(id).symbol, identity.key))
    }
    // A name must lead back to the function.
    for (name, _) in results where program.function(named: name).map({ trace.results.contains($0) }) != true {
      return nil
    }
  }

  private static func found(_ name: Symbol, _ program: Program) -> Symbol {
    program.function(named: name).map { program.function($0).symbol } ?? .empty
  }

  /// Whether the program gives the same answers now. Complexity: O(their number).
  func hold(unit: Int, _ context: SolverContext, _ cache: SolverCache) -> Bool {
    let program = context.program
    return functions.allSatisfy { Self.found($0.name, program) == $0.found }
      && results.allSatisfy { entry in
        program.function(named: entry.function).map { context.digest(of: $0) } == entry.digest
      }
      && types.allSatisfy { context.type(ofFieldOrGlobal: $0.place) == $0.type }
      && methods.allSatisfy { (program.units[unit].implementations[$0.method] ?? []) == $0.bodies }
      && bodies.allSatisfy { entry in
        guard let id = program.function(named: entry.function) else { return false }
        return cache.identities[program.unitIndex(of: id)]?.key == entry.key
      }
  }
}
