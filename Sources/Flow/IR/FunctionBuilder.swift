import Findings

/// A function while a frontend lowers it: its blocks, variables and paths grow. A frontend adds what its language needs: names, and where jumps go.
///
/// Belongs to one thread, and no method hands out what it is about to change: what is used for each expression is not checked for overlapping accesses.
open class FunctionBuilder {
  /// What has been built.
  @exclusivity(unchecked) public final var function: Function
  /// The block that instructions are added to.
  @exclusivity(unchecked) public final private(set) var current = BlockID(rawValue: 0)
  /// Whether control cannot reach `current`: what is added to it is dropped with it.
  @exclusivity(unchecked) public final private(set) var isUnreachable = false
  /// The statement that instructions belong to.
  @exclusivity(unchecked) public final var statement: SourceRange
  /// How many instructions were added.
  @exclusivity(unchecked) public final private(set) var instructionCount = 0
  @exclusivity(unchecked) private final var paths: [MemoryPath: PathID] = [:]

  /// Begins a function with its entry, an empty block.
  public init(_ function: Function) {
    self.function = function
    statement = function.range
    self.function.blocks = [Block()]
  }

  // MARK: Variables

  /// Adds a variable.
  public final func add(_ variable: Variable) -> VariableID {
    function.variables.append(variable)
    return VariableID(rawValue: Int32(function.variables.count - 1))
  }

  /// Adds a variable that the source does not name.
  public final func temporary(_ type: ValueType, _ range: SourceRange = .none) -> VariableID {
    add(Variable(type: type, range: range))
  }

  /// The type of a variable.
  public final func type(_ variable: VariableID) -> ValueType { function.variables[Int(variable.rawValue)].type }

  /// Adds this closure's own variable for one of the function around it, which is captured so.
  public final func capture(_ outer: VariableID, of parent: FunctionBuilder) -> VariableID {
    parent.function.variables[Int(outer.rawValue)].isCaptured = true
    let inner = add(parent.function.variables[Int(outer.rawValue)])
    function.captures.append(Capture(outer: outer, inner: inner))
    return inner
  }

  /// The number of a path, the same one each time.
  public final func path(_ path: MemoryPath) -> PathID {
    if let known = paths[path] { return known }
    let id = PathID(rawValue: Int32(function.paths.count))
    function.paths.append(path)
    paths[path] = id
    return id
  }

  // MARK: Blocks

  /// Adds an instruction to the current block.
  public final func emit(_ operation: Operation, _ range: SourceRange) {
    instructionCount += 1
    function.blocks[Int(current.rawValue)].instructions.append(
      Instruction(operation, range: range, statement: statement))
  }

  /// Adds a call.
  public final func call(_ call: Call, _ range: SourceRange) {
    function.calls.append(call)
    emit(.call(Int32(function.calls.count - 1)), range)
  }

  /// Adds an empty block.
  public final func newBlock() -> BlockID {
    function.blocks.append(Block())
    return BlockID(rawValue: Int32(function.blocks.count - 1))
  }

  /// Ends the current block, unless it has ended already.
  public final func end(_ terminator: Terminator, _ range: SourceRange) {
    if !isUnreachable {
      function.blocks[Int(current.rawValue)].terminator = terminator
      function.blocks[Int(current.rawValue)].terminatorRange = range
    }
    isUnreachable = true
    // What follows, up to the next label, lies in a block that nothing leads to.
    current = newBlock()
  }

  /// Ends the current block with a jump.
  public final func jump(_ block: BlockID, _ range: SourceRange) { end(.jump(block), range) }

  /// Goes on in a block.
  public final func start(_ block: BlockID) {
    current = block
    isUnreachable = false
  }
}
