/// A C function with a body: its nodes in the order of the source, a node before what it consists of.
///
/// A flat array takes a hostile depth of nesting as it takes any other source: nothing recurses when it is made or dropped.
struct CFunction {
  /// A parameter.
  struct Parameter {
    /// Identifies the declaration.
    var declaration: UInt32
    var isPointer: Bool
  }

  /// The number of the source that a function was read from, and its number there: equal ones mean the same function.
  struct Origin: Hashable {
    var source: Int
    var index: Int
  }

  var name: String
  /// Nil where nobody compares it with functions of other packages.
  var origin: Origin?
  var parameters: [Parameter] = []
  var nodes: [CNode] = []
  /// Names of functions, fields and labels, by `CNode.name`.
  var names: [String] = []

  /// The first part of a node.
  func first(_ node: Int) -> Int? { node + 1 < Int(nodes[node].end) ? node + 1 : nil }

  /// The part behind `part` of the same node.
  func next(_ part: Int, of node: Int) -> Int? { nodes[part].end < nodes[node].end ? Int(nodes[part].end) : nil }

  /// The parts of a node.
  func parts(_ node: Int) -> [Int] {
    var result: [Int] = []
    var part = first(node)
    while let current = part {
      result.append(current)
      part = next(current, of: node)
    }
    return result
  }

  /// The last part of a node.
  func last(_ node: Int) -> Int? {
    var result = first(node)
    while let current = result, let following = next(current, of: node) { result = following }
    return result
  }

  /// The expression inside parentheses and casts.
  func bare(_ node: Int) -> Int {
    var node = node
    while nodes[node].kind == .wrapper, let inner = last(node) { node = inner }
    return node
  }

  /// The text of a node that has a name.
  func name(of node: Int) -> String? { nodes[node].name < 0 ? nil : names[Int(nodes[node].name)] }
}

/// A statement or expression, as far as it matters for memory.
struct CNode {
  enum Kind: UInt8 {
    case other
    // Expressions.
    /// A variable or parameter.
    case variable
    /// A function by its name.
    case function
    case literal
    /// Parentheses, a cast, or what the compiler adds.
    case wrapper
    case call
    /// `x->name`, `x.name`.
    case member
    case element
    case addressOf, dereference, not, negation
    case increment, decrement
    /// `x += y`, `x -= y`.
    case addition, subtraction
    case assignment, and, or, equal, notEqual, comma, conditional
    // Statements.
    /// A local variable; its value is its last part.
    case declaration
    case compound
    case `if`, `switch`, `while`, `do`, `for`, `case`, `default`, label, goto, `break`, `continue`, `return`
  }

  /// What is known of a number.
  enum Constant: UInt8 {
    case unknown, zero, nonZero
  }

  var kind: Kind
  var constant = Constant.unknown
  /// Whether it is a variable that outlives the function.
  var isGlobal = false
  /// Whether something happens in it, or its value depends on a condition.
  var hasEffect = false
  /// Identifies the declaration of a variable.
  var declaration: UInt32 = 0
  /// The index of its name; -1 without one.
  var name: Int32 = -1
  /// Behind its last part.
  var end: Int32 = 0
}
