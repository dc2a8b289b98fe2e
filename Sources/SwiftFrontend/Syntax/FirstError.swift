import SwiftSyntax

/// Where a tree stops making sense.
enum FirstError {
  /// The offset of the first token that is missing or unexpected. Walks down the parts that have errors, without recursion.
  static func offset(in tree: SourceFileSyntax) -> UInt32 {
    var node = Syntax(tree)
    while true {
      if let token = node.as(TokenSyntax.self) { return UInt32(token.positionAfterSkippingLeadingTrivia.utf8Offset) }
      if node.kind == .unexpectedNodes { break }
      guard let next = node.children(viewMode: .all).first(where: { $0.hasError || isMissing($0) }) else { break }
      node = next
    }
    return UInt32(node.positionAfterSkippingLeadingTrivia.utf8Offset)
  }

  private static func isMissing(_ node: Syntax) -> Bool { node.as(TokenSyntax.self)?.presence == .missing }
}
