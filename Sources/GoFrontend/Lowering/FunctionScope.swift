import Flow

/// A function of Go while it is lowered: its names find their variables, its jumps their targets.
final class FunctionScope: FunctionBuilder {
  /// Where `break` and `continue` go.
  struct Target {
    var label: Name
    var breakBlock: BlockID
    var continueBlock: BlockID?
  }

  /// The enclosing function of a closure.
  let parent: FunctionScope?
  var targets: [Target] = []
  /// The block that `fallthrough` goes to.
  var fallthroughBlock: BlockID?
  var labels: [Name: BlockID] = [:]
  /// A label that belongs to the next statement.
  var pendingLabel = Name(0)
  var closureCount = 0
  var depth = 0
  @exclusivity(unchecked) private var variables: [ObjectID: VariableID] = [:]
  /// Variables that hold the address of a map's own representation.
  var mapAddresses: Set<VariableID> = []
  /// Variables that hold a map's header or what lies behind it.
  var mapInternals: Set<VariableID> = []

  init(_ function: Flow.Function, parent: FunctionScope?) {
    self.parent = parent
    super.init(function)
  }

  // MARK: Variables

  func declare(_ object: ObjectID, _ variable: Variable) -> VariableID {
    // A variable that is met again (a body lowered as part of two clauses) stays the same one.
    if !object.isNone, let known = variables[object] { return known }
    let id = add(variable)
    if !object.isNone { variables[object] = id }
    return id
  }

  /// The variable of a local object; one of an enclosing function is captured.
  func variable(_ object: ObjectID) -> VariableID? {
    if let known = variables[object] { return known }
    guard let outer = parent?.variable(object), let parent else { return nil }
    let inner = capture(outer, of: parent)
    variables[object] = inner
    return inner
  }
}
