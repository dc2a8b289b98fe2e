/// A statement or expression of a C function, as far as it matters for memory: what libclang's cursors say, without its memory.
struct CExpression {
  enum Kind {
    /// A function, parameter or variable; `name` and `declaration` say which.
    case reference
    /// `children[0]` is the function.
    case call
    /// `x->name`, `x.name`.
    case member
    case assignment
    case unary
    case `return`
    case `if`
    /// A local variable with its initial value.
    case variable
    case parenthesesOrCast
    case other
  }

  var kind: Kind
  var name = ""
  /// Identifies the declaration that is meant.
  var declaration: UInt32 = 0
  /// Whether it is a variable that outlives the function.
  var isGlobal = false
  /// Whether a unary or compound operation counts down.
  var isDecrement = false
  var isDereference = false
  var children: [CExpression] = []
}

/// A C function with a body.
struct CFunction {
  var name: String
  var parameters: [UInt32]
  var body: CExpression
}
