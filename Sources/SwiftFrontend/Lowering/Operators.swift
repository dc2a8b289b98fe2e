import SwiftSyntax

/// Puts the operators of an expression in order. The parser leaves `a + b == c` as a flat list, because operators can be declared; those of the standard library are
/// known here, and any other binds like a comparison. Works without recursion in the number of operands.
enum Operators {
  /// An expression with its operators.
  indirect enum Tree {
    case operand(ExprSyntax)
    case binary(String, Tree, Tree)
    case assignment(Tree, Tree)
    /// `+=` and the like.
    case update(Tree, Tree)
    case ternary(Tree, ExprSyntax, Tree)
    case cast(Tree, UnresolvedAsExprSyntax, TypeSyntax)
    case check(Tree)
  }

  private enum Symbol {
    case binary(String)
    case assignment
    case update
    case ternary(ExprSyntax)
    case cast(UnresolvedAsExprSyntax)
    case check
  }

  /// Longer chains are not put in order: all that is known is that the operands are computed.
  static let maximumOperands = 400

  static func fold(_ sequence: SequenceExprSyntax) -> Tree {
    var operands: [ExprSyntax] = []
    var operators: [Symbol] = []
    for (index, element) in sequence.elements.enumerated() {
      if index % 2 == 0 {
        operands.append(element)
      } else {
        operators.append(symbol(element))
      }
    }
    guard operands.count == operators.count + 1, operands.count <= maximumOperands else {
      return .operand(sequence.elements.first ?? ExprSyntax(sequence))
    }
    // Precedence climbing with two stacks.
    var output: [Tree] = [.operand(operands[0])]
    var pending: [Symbol] = []
    func reduce() {
      let top = pending.removeLast()
      let right = output.removeLast()
      let left = output.removeLast()
      output.append(join(top, left, right))
    }
    for (index, current) in operators.enumerated() {
      while let top = pending.last,
        precedence(top) > precedence(current) || precedence(top) == precedence(current) && !isRightToLeft(current)
      {
        reduce()
      }
      pending.append(current)
      output.append(.operand(operands[index + 1]))
    }
    while !pending.isEmpty { reduce() }
    return output[0]
  }

  private static func symbol(_ element: ExprSyntax) -> Symbol {
    switch element.as(ExprSyntaxEnum.self) {
    case .assignmentExpr: return .assignment
    case .binaryOperatorExpr(let node):
      let name = node.operator.text
      if name.hasSuffix("="), !["==", "!=", "<=", ">=", "===", "!==", "~="].contains(name) { return .update }
      return .binary(name)
    case .unresolvedTernaryExpr(let node): return .ternary(node.thenExpression)
    case .unresolvedAsExpr(let node): return .cast(node)
    case .unresolvedIsExpr: return .check
    default: return .binary("")
    }
  }

  private static func join(_ symbol: Symbol, _ left: Tree, _ right: Tree) -> Tree {
    switch symbol {
    case .binary(let name): return .binary(name, left, right)
    case .assignment: return .assignment(left, right)
    case .update: return .update(left, right)
    case .ternary(let middle): return .ternary(left, middle, right)
    case .cast(let node):
      if case .operand(let type) = right, let written = type.as(TypeExprSyntax.self) {
        return .cast(left, node, written.type)
      }
      return left
    case .check: return .check(left)
    }
  }

  private static func precedence(_ symbol: Symbol) -> Int {
    switch symbol {
    case .assignment, .update: 0
    case .ternary: 1
    case .cast, .check: 7
    case .binary(let name):
      switch name {
      case "||": 2
      case "&&": 3
      case "==", "!=", "===", "!==", "<", ">", "<=", ">=", "~=": 4
      case "??": 6
      case "...", "..<": 8
      case "+", "-", "&+", "&-", "|", "^": 9
      case "*", "/", "%", "&*", "&": 10
      case "<<", ">>", "&<<", "&>>": 11
      default: 5
      }
    }
  }

  private static func isRightToLeft(_ symbol: Symbol) -> Bool {
    switch symbol {
    case .assignment, .update, .ternary, .binary("??"): true
    default: false
    }
  }
}
