import Flow

/// A function while it is lowered: its blocks grow, its names find their variables, its jumps their targets.
///
/// Belongs to one thread, and no method hands out what it is about to change: what is used for each expression is not checked for overlapping accesses.
final class FunctionScope {
  /// Where `break` and `continue` go.
  struct Target {
    var label: Name
    var breakBlock: BlockID
    var continueBlock: BlockID?
  }

  @exclusivity(unchecked) var function: Flow.Function
  /// The enclosing function of a closure.
  let parent: FunctionScope?
  /// The block that instructions are added to.
  @exclusivity(unchecked) var current = BlockID(rawValue: 0)
  /// Whether control cannot reach `current`: what is added to it is dropped with it.
  @exclusivity(unchecked) var isUnreachable = false
  @exclusivity(unchecked) var statement: SourceRange
  var targets: [Target] = []
  /// The block that `fallthrough` goes to.
  var fallthroughBlock: BlockID?
  var labels: [Name: BlockID] = [:]
  /// A label that belongs to the next statement.
  var pendingLabel = Name(0)
  var closureCount = 0
  var depth = 0
  @exclusivity(unchecked) private var variables: [ObjectID: VariableID] = [:]
  @exclusivity(unchecked) private var paths: [MemoryPath: PathID] = [:]
  /// Variables that hold the address of a map's own representation.
  var mapAddresses: Set<VariableID> = []
  /// Variables that hold a map's header or what lies behind it.
  var mapInternals: Set<VariableID> = []

  init(_ function: Flow.Function, parent: FunctionScope?) {
    self.function = function
    self.parent = parent
    statement = function.range
    self.function.blocks = [Block()]
  }

  // MARK: Variables

  func add(_ variable: Variable) -> VariableID {
    function.variables.append(variable)
    return VariableID(rawValue: Int32(function.variables.count - 1))
  }

  func temporary(_ type: ValueType, _ range: SourceRange = .none) -> VariableID {
    add(Variable(type: type, range: range))
  }

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
    parent.function.variables[Int(outer.rawValue)].isCaptured = true
    let copy = parent.function.variables[Int(outer.rawValue)]
    let inner = add(copy)
    variables[object] = inner
    function.captures.append(Capture(outer: outer, inner: inner))
    return inner
  }

  func type(_ variable: VariableID) -> ValueType { function.variables[Int(variable.rawValue)].type }

  // MARK: Paths

  func path(_ path: MemoryPath) -> PathID {
    if let known = paths[path] { return known }
    let id = PathID(rawValue: Int32(function.paths.count))
    function.paths.append(path)
    paths[path] = id
    return id
  }

  // MARK: Blocks

  func emit(_ operation: Flow.Operation, _ range: SourceRange) {
    function.blocks[Int(current.rawValue)].instructions.append(
      Instruction(operation, range: range, statement: statement))
  }

  func call(_ call: Call, _ range: SourceRange) {
    function.calls.append(call)
    emit(.call(Int32(function.calls.count - 1)), range)
  }

  func newBlock() -> BlockID {
    function.blocks.append(Block())
    return BlockID(rawValue: Int32(function.blocks.count - 1))
  }

  /// Ends the current block, unless it has ended already.
  func end(_ terminator: Terminator, _ range: SourceRange) {
    if !isUnreachable {
      function.blocks[Int(current.rawValue)].terminator = terminator
      function.blocks[Int(current.rawValue)].terminatorRange = range
    }
    isUnreachable = true
    // What follows, up to the next label, lies in a block that nothing leads to.
    current = newBlock()
  }

  func jump(_ block: BlockID, _ range: SourceRange) { end(.jump(block), range) }

  /// Goes on in a block.
  func start(_ block: BlockID) {
    current = block
    isUnreachable = false
  }
}
