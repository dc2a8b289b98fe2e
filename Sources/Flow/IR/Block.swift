/// The number of a block in `Function.blocks`.
public struct BlockID: Sendable, Hashable, RawRepresentable {
  /// The index in `Function.blocks`.
  public var rawValue: Int32
  /// A block by its index.
  public init(rawValue: Int32) { self.rawValue = rawValue }
}

/// A basic block: instructions without a branch, and where control goes afterwards.
public struct Block: Sendable {
  /// What it does, in order.
  public var instructions: [Instruction] = []
  /// Where it goes.
  public var terminator: Terminator = .unreachable
  /// The source of the terminator.
  public var terminatorRange: SourceRange = .none

  /// An empty block that goes nowhere.
  public init() {}
}

/// How a block ends.
public enum Terminator: Sendable {
  /// To one block.
  case jump(BlockID)
  /// To one of two.
  case branch(Condition, then: BlockID, otherwise: BlockID)
  /// To one of several, none of them excluded by what is known: `select`, `switch` on values that are not followed.
  case fork([BlockID])
  /// Back to the caller with results; deferred calls run first.
  case `return`([VariableID])
  /// Unwinds: `panic`, a throw. Deferred calls run.
  case panic
  /// Ends the process or is never reached: `os.Exit`.
  case unreachable
}

/// What a branch asks, as far as it matters.
public struct Condition: Sendable, Hashable {
  /// The question.
  public enum Kind: Sendable, Hashable {
    /// Whether a boolean is true: the `ok` of a look-up among them.
    case isTrue(VariableID)
    /// Whether a value is nil, zero or no error.
    case isNil(VariableID)
    /// Whether two values are equal.
    case equal(VariableID, VariableID)
    /// Something else.
    case unknown
  }

  /// The question.
  public var kind: Kind
  /// Whether `then` is taken when the answer is no.
  public var isNegated: Bool

  /// A condition.
  public init(_ kind: Kind, isNegated: Bool = false) {
    self.kind = kind
    self.isNegated = isNegated
  }
}
