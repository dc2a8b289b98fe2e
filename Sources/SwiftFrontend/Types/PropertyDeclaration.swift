import Flow
import SwiftSyntax

/// A variable of a type or module.
struct PropertyDeclaration {
  var name: String
  var symbol: Symbol
  /// Its type; unknown until `DeclarationTable.resolve` was called.
  var type = SwiftType.unknown
  /// The type that is written.
  var annotation: TypeSyntax?
  /// The value that is written.
  var initializer: ExprSyntax?
  var context: TypeContext
  var isStatic: Bool
  var isStored: Bool
  var isConstant: Bool
  var isLazy: Bool
  /// The functions of a computed property.
  var getter: Symbol?
  var setter: Symbol?
  /// Whether one actor guards it: `@MainActor`.
  var isOnMainActor: Bool
  var range: SourceRange
}
