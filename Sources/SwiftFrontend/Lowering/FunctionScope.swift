import Flow

/// A function of Swift while it is lowered: its names find their variables, its ways out run what was deferred.
final class FunctionScope: FunctionBuilder {
  /// Where `break` and `continue` go.
  struct Target {
    var label: String
    var breakBlock: BlockID
    var continueBlock: BlockID?
    /// How many cleanups were waiting when the statement began.
    var cleanups: Int
    /// `break` without a label ends loops and `switch`, not `if`.
    var takesPlainBreak: Bool
  }

  /// Where a `return` goes in a closure that is lowered in its place.
  struct InlineReturn {
    var join: BlockID
    var result: VariableID
    var cleanups: Int
    var handlers: Int
    var targets: Int
  }

  /// Where an error goes.
  struct Handler {
    var block: BlockID
    var cleanups: Int
  }

  /// What runs when a scope is left: a `defer`, a lock that is given back.
  struct Cleanup {
    var run: () -> Void
  }

  /// A longer function is lowered only so far: a file of machine-made code must not take the memory of the machine.
  static let maximumInstructions = 12_000

  /// The enclosing function of a closure.
  let parent: FunctionScope?
  var targets: [Target] = []
  var handlers: [Handler] = []
  var inlineReturns: [InlineReturn] = []
  var cleanups: [Cleanup] = []
  var closureCount = 0
  /// Whether the function has a second result, the error.
  var canThrow = false
  var resultType = SwiftType.unknown
  /// Whether it makes `self` and gives it back.
  var isInitializer = false
  /// The names of each lexical scope, innermost last.
  private var names: [[String: Binding]] = [[:]]
  private var captured: [VariableID: VariableID] = [:]

  init(_ function: Flow.Function, parent: FunctionScope?) {
    self.parent = parent
    super.init(function)
  }

  // MARK: Names

  func pushNames() { names.append([:]) }
  func popNames() { names.removeLast() }
  func bind(_ name: String, _ binding: Binding) {
    if name != "_" { names[names.count - 1][name] = binding }
  }

  /// What a name means here: one of an enclosing function is captured.
  func binding(_ name: String) -> Binding? {
    for scope in names.reversed() {
      if let found = scope[name] { return found }
    }
    guard let outer = parent?.binding(name) else { return nil }
    switch outer {
    case .variable(let variable, let type): return .variable(capture(variable), type)
    case .place(let path, let type):
      guard case .variable(let variable) = path.root else { return outer }
      return .place(MemoryPath(.variable(capture(variable)), fields: path.fields), type)
    }
  }

  /// The closure's own variable for one of the enclosing function.
  func capture(_ outer: VariableID) -> VariableID {
    if let known = captured[outer] { return known }
    guard let parent else { return outer }
    let inner = capture(outer, of: parent)
    captured[outer] = inner
    return inner
  }

  /// Whether nothing more is lowered.
  var isFull: Bool { instructionCount > Self.maximumInstructions }

  // MARK: Ways out

  /// Runs what is waiting above a depth, last first, and keeps it: other ways out run it again.
  func runCleanups(downTo depth: Int) {
    let kept = cleanups
    while cleanups.count > depth {
      let last = cleanups.removeLast()
      if !isUnreachable && !isFull { last.run() }
    }
    cleanups = kept
  }

  /// Leaves a scope at its end.
  func popCleanups(to depth: Int) {
    runCleanups(downTo: depth)
    cleanups.removeLast(cleanups.count - depth)
  }
}
