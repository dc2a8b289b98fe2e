/// The tokens of Go; names of operators follow go/token.
enum Token: UInt8 {
  case none, endOfFile, illegal
  case identifier, int, float, imaginary, char, string

  case add, sub, mul, quo, rem
  case and, or, xor, shl, shr, andNot
  case addAssign, subAssign, mulAssign, quoAssign, remAssign
  case andAssign, orAssign, xorAssign, shlAssign, shrAssign, andNotAssign
  case landOperator, lorOperator, arrow, increment, decrement
  case equal, less, greater, assign, not, tilde
  case notEqual, lessEqual, greaterEqual, define, ellipsis
  case leftParen, leftBracket, leftBrace, comma, period
  case rightParen, rightBracket, rightBrace, semicolon, colon

  case breakKeyword, caseKeyword, chanKeyword, constKeyword, continueKeyword
  case defaultKeyword, deferKeyword, elseKeyword, fallthroughKeyword, forKeyword
  case funcKeyword, goKeyword, gotoKeyword, ifKeyword, importKeyword
  case interfaceKeyword, mapKeyword, packageKeyword, rangeKeyword, returnKeyword
  case selectKeyword, structKeyword, switchKeyword, typeKeyword, varKeyword
}
