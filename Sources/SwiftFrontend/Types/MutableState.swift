import SwiftSyntax

/// What a `hash(into:)` reads.
enum MutableState {
  /// The first name that is combined into the hash; the caller knows whether it is a property that can change.
  static func firstRead(in body: Syntax) -> String? {
    let finder = Finder(viewMode: .sourceAccurate)
    finder.walk(body)
    return finder.names.isEmpty ? nil : finder.names.joined(separator: ",")
  }

  private final class Finder: SyntaxVisitor {
    var names: [String] = []

    override func visit(_ node: FunctionCallExprSyntax) -> SyntaxVisitorContinueKind {
      guard let member = node.calledExpression.as(MemberAccessExprSyntax.self),
        member.declName.baseName.text == "combine"
      else { return .visitChildren }
      for argument in node.arguments {
        if let reference = argument.expression.as(DeclReferenceExprSyntax.self) {
          names.append(reference.baseName.text)
        } else if let access = argument.expression.as(MemberAccessExprSyntax.self),
          access.base?.trimmedDescription == "self"
        {
          names.append(access.declName.baseName.text)
        }
      }
      return .skipChildren
    }
  }
}
