extension Token {
  /// How strongly a binary operator binds, 5 most; 0 for what is none.
  var precedence: Int {
    switch self {
    case .lorOperator: 1
    case .landOperator: 2
    case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual: 3
    case .add, .sub, .or, .xor: 4
    case .mul, .quo, .rem, .shl, .shr, .and, .andNot: 5
    default: 0
    }
  }

  /// The token as messages show it.
  var text: String {
    switch self {
    case .none: "nothing"
    case .endOfFile: "the end of the file"
    case .illegal: "an illegal character"
    case .identifier: "a name"
    case .int, .float, .imaginary: "a number"
    case .char: "a character"
    case .string: "a string"
    default: "'\(spelling)'"
    }
  }

  /// The characters of an operator or keyword.
  var spelling: String {
    switch self {
    case .add: "+"
    case .sub: "-"
    case .mul: "*"
    case .quo: "/"
    case .rem: "%"
    case .and: "&"
    case .or: "|"
    case .xor: "^"
    case .shl: "<<"
    case .shr: ">>"
    case .andNot: "&^"
    case .addAssign: "+="
    case .subAssign: "-="
    case .mulAssign: "*="
    case .quoAssign: "/="
    case .remAssign: "%="
    case .andAssign: "&="
    case .orAssign: "|="
    case .xorAssign: "^="
    case .shlAssign: "<<="
    case .shrAssign: ">>="
    case .andNotAssign: "&^="
    case .landOperator: "&&"
    case .lorOperator: "||"
    case .arrow: "<-"
    case .increment: "++"
    case .decrement: "--"
    case .equal: "=="
    case .less: "<"
    case .greater: ">"
    case .assign: "="
    case .not: "!"
    case .tilde: "~"
    case .notEqual: "!="
    case .lessEqual: "<="
    case .greaterEqual: ">="
    case .define: ":="
    case .ellipsis: "..."
    case .leftParen: "("
    case .leftBracket: "["
    case .leftBrace: "{"
    case .comma: ","
    case .period: "."
    case .rightParen: ")"
    case .rightBracket: "]"
    case .rightBrace: "}"
    case .semicolon: ";"
    case .colon: ":"
    case .none, .endOfFile, .illegal, .identifier, .int, .float, .imaginary, .char, .string: ""
    default:
      // The keywords are named after themselves: `breakKeyword`.
      String("\(self)".dropLast("Keyword".count))
    }
  }
}
