/// What the solver asks of the rest of the program while it solves the functions of one component: on the answers, and on the functions themselves, the results depend,
/// and on nothing else.
final class SolverTrace: @unchecked Sendable {
  // Unchecked: made for one component, which one thread solves.
  /// Names that functions were looked for by.
  var functions: Set<Symbol> = []
  /// Functions whose results were asked for.
  var results: Set<FunctionID> = []
  /// Fields and globals whose types were asked for.
  var types: Set<Symbol> = []
  /// Interface methods whose bodies were asked for.
  var methods: Set<Symbol> = []
  /// Functions of other units that were looked into.
  var bodies: Set<FunctionID> = []
}
