import Flow
import SwiftSyntax

/// A function, method or initializer.
struct FunctionDeclaration {
  /// A parameter.
  struct Parameter {
    /// The label at calls; nil for none.
    var label: String?
    var name: String
    var annotation: TypeSyntax
    var type = SwiftType.unknown
    var hasDefault: Bool
    var isVariadic: Bool
    var isInout: Bool
  }

  var name: String
  var symbol: Symbol
  var context: TypeContext
  var parameters: [Parameter]
  var resultAnnotation: TypeSyntax?
  var result = SwiftType.unknown
  var canThrow: Bool
  var isStatic: Bool
  var isInitializer: Bool
  /// Whether the body is here: protocol requirements have none.
  var hasBody: Bool
  /// The name under which C can call it: `@_cdecl`, `@c`.
  var exportedName: String?
  var genericNames: Set<String>
  /// `@MainActor`, or a global actor of another name.
  var globalActor: String?
  var isNonisolated: Bool

  /// Whether arguments with some labels, in their order, can be meant for it; parameters with a default value may be left out.
  func accepts(_ labels: [String?], trailing: Int) -> Bool { positions(labels, trailing: trailing) != nil }

  /// The parameter of each argument; nil where they do not fit. The last `trailing` arguments are closures behind the parentheses.
  func positions(_ labels: [String?], trailing: Int) -> [Int]? {
    var result: [Int] = []
    var next = 0
    for (index, label) in labels.enumerated() {
      let isTrailing = index >= labels.count - trailing
      if let last = result.last, parameters[last].isVariadic, label == nil, !isTrailing {
        result.append(last)
        continue
      }
      let isFirstTrailing = isTrailing && index == labels.count - trailing
      var found: Int?
      for candidate in parameters.indices.dropFirst(next) {
        let parameter = parameters[candidate]
        if isFirstTrailing ? Self.takesFunction(parameter.annotation) : parameter.label == label {
          found = candidate
          break
        }
        if !parameter.hasDefault && !parameter.isVariadic { break }
      }
      guard let found else { return nil }
      result.append(found)
      next = found + 1
    }
    let isComplete = parameters.indices.allSatisfy {
      result.contains($0) || parameters[$0].hasDefault || parameters[$0].isVariadic
    }
    return isComplete ? result : nil
  }

  private static func takesFunction(_ type: TypeSyntax) -> Bool {
    if let attributed = type.as(AttributedTypeSyntax.self) { return takesFunction(attributed.baseType) }
    if let optional = type.as(OptionalTypeSyntax.self) { return takesFunction(optional.wrappedType) }
    if let tuple = type.as(TupleTypeSyntax.self), tuple.elements.count == 1, let only = tuple.elements.first {
      return takesFunction(only.type)
    }
    // A name can be an alias of a function type.
    return type.is(FunctionTypeSyntax.self) || type.is(IdentifierTypeSyntax.self) || type.is(MemberTypeSyntax.self)
  }
}
