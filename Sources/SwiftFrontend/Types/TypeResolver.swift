import SwiftSyntax

/// Turns written types, and values that show their type, into `SwiftType`.
struct TypeResolver {
  let table: DeclarationTable

  private static let maximumDepth = 24

  // MARK: Declarations

  func resolved(_ property: PropertyDeclaration) -> PropertyDeclaration {
    var result = property
    if let annotation = property.annotation {
      result.type = type(annotation, in: property.context)
    } else if let initializer = property.initializer {
      result.type = type(of: initializer, in: property.context)
    }
    return result
  }

  func resolved(_ function: FunctionDeclaration) -> FunctionDeclaration {
    var result = function
    var context = function.context
    context.genericNames.formUnion(function.genericNames)
    for index in function.parameters.indices {
      let written = type(function.parameters[index].annotation, in: context)
      result.parameters[index].type = function.parameters[index].isVariadic ? .array(written) : written
    }
    if let written = function.resultAnnotation { result.result = type(written, in: context) }
    return result
  }

  // MARK: Types

  /// The type that is written. Complexity: linear in what is written.
  func type(_ syntax: TypeSyntax, in context: TypeContext, depth: Int = 0) -> SwiftType {
    if depth > Self.maximumDepth { return .unknown }
    func inner(_ syntax: TypeSyntax) -> SwiftType { type(syntax, in: context, depth: depth + 1) }
    switch syntax.as(TypeSyntaxEnum.self) {
    case .optionalType(let optional): return .optional(inner(optional.wrappedType))
    case .implicitlyUnwrappedOptionalType(let optional): return .optional(inner(optional.wrappedType))
    case .arrayType(let array): return .array(inner(array.element))
    case .dictionaryType(let dictionary): return .dictionary(inner(dictionary.key), inner(dictionary.value))
    case .tupleType(let tuple):
      let parts = tuple.elements.map { inner($0.type) }
      return parts.count == 1 ? parts[0] : parts.isEmpty ? .nominal("Void", []) : .tuple(parts)
    case .functionType(let function): return .function(result: inner(function.returnClause.type), isC: false)
    case .attributedType(let attributed):
      let base = inner(attributed.baseType)
      let isC = attributed.attributes.contains { $0.trimmedDescription.hasPrefix("@convention(c") }
      if isC, case .function(let result, _) = base { return .function(result: result, isC: true) }
      return base
    case .someOrAnyType, .compositionType: return .existential
    case .metatypeType(let metatype): return .metatype(inner(metatype.baseType))
    case .identifierType(let identifier):
      let arguments = identifier.genericArgumentClause.map { genericArguments($0, context, depth) } ?? []
      return named(identifier.name.text, arguments, in: context, depth: depth)
    case .memberType(let member):
      let arguments = member.genericArgumentClause.map { genericArguments($0, context, depth) } ?? []
      let base = member.baseType.trimmedDescription
      if base == "Swift" || base == "Foundation" || base == "Synchronization" || table.modules[base] != nil {
        let owner = table.modules[base] == nil ? context : TypeContext(module: base, type: "", genericNames: [])
        return named(member.name.text, arguments, in: owner, depth: depth)
      }
      return named(base + "." + member.name.text, arguments, in: context, depth: depth)
    case .suppressedType(let suppressed): return inner(suppressed.type)
    default: return .unknown
    }
  }

  private func genericArguments(
    _ clause: GenericArgumentClauseSyntax, _ context: TypeContext, _ depth: Int
  ) -> [SwiftType] {
    clause.arguments.map { argument in
      if case .type(let syntax) = argument.argument { return type(syntax, in: context, depth: depth + 1) }
      return .unknown
    }
  }

  /// The type of a name with generic arguments.
  func named(_ name: String, _ arguments: [SwiftType], in context: TypeContext, depth: Int = 0) -> SwiftType {
    if context.genericNames.contains(name) { return .unknown }
    let first = arguments.first ?? .unknown
    if let declared = table.type(named: name, in: context) {
      return declared.kind == .protocol ? .existential : .nominal(declared.name, arguments)
    }
    if let (syntax, owner) = alias(name, in: context), depth < Self.maximumDepth {
      return type(syntax, in: owner, depth: depth + 1)
    }
    switch name {
    case "Array", "ContiguousArray", "ArraySlice", "Deque": return .array(first)
    case "Set", "OrderedSet": return .set(first)
    case "Dictionary", "OrderedDictionary", "BucketMap":
      return .dictionary(first, arguments.count > 1 ? arguments[1] : .unknown)
    case "Optional": return .optional(first)
    case "Unmanaged": return .unmanaged(first)
    case "AnyObject", "Any", "AnyHashable", "Error": return .existential
    case "Self": return context.type.isEmpty ? .unknown : .nominal(context.type, [])
    default: break
    }
    if SwiftType.pointerNames.contains(name) { return .pointer(name, first) }
    return .nominal(name, arguments)
  }

  private func alias(_ name: String, in context: TypeContext) -> (TypeSyntax, TypeContext)? {
    if let module = table.modules[context.module] {
      var around = context.type
      while !around.isEmpty {
        if let found = module.aliases[around + "." + name] { return found }
        around = around.lastIndex(of: ".").map { String(around[..<$0]) } ?? ""
      }
      if let found = module.aliases[name] { return found }
    }
    let others = table.modules.values.compactMap { $0.aliases[name] }
    return others.count == 1 ? others[0] : nil
  }

  // MARK: Values

  /// The type of a value where the expression alone shows it: initializers, literals, members of known types.
  func type(of expression: ExprSyntax, in context: TypeContext, depth: Int = 0) -> SwiftType {
    if depth > Self.maximumDepth { return .unknown }
    func inner(_ expression: ExprSyntax) -> SwiftType { type(of: expression, in: context, depth: depth + 1) }
    switch expression.as(ExprSyntaxEnum.self) {
    case .stringLiteralExpr: return .nominal("String", [])
    case .integerLiteralExpr: return .nominal("Int", [])
    case .floatLiteralExpr: return .nominal("Double", [])
    case .booleanLiteralExpr: return .nominal("Bool", [])
    case .tryExpr(let attempt):
      let type = inner(attempt.expression)
      return attempt.questionOrExclamationMark?.text == "?" ? .optional(type) : type
    case .awaitExpr(let wait): return inner(wait.expression)
    case .forceUnwrapExpr(let force):
      if case .optional(let type) = inner(force.expression) { return type }
      return inner(force.expression)
    case .asExpr(let cast):
      let type = type(cast.type, in: context)
      return cast.questionOrExclamationMark?.text == "?" ? .optional(type) : type
    case .tupleExpr(let tuple) where tuple.elements.count == 1: return inner(tuple.elements.first!.expression)
    case .arrayExpr(let array):
      guard let element = array.elements.first else { return .unknown }
      return .array(inner(element.expression))
    case .dictionaryExpr(let dictionary):
      guard case .elements(let elements) = dictionary.content, let element = elements.first else { return .unknown }
      return .dictionary(inner(element.key), inner(element.value))
    case .functionCallExpr(let call):
      // A closure that is called at once says nothing.
      if let written = writtenType(call.calledExpression, in: context) { return written }
      guard let member = call.calledExpression.as(MemberAccessExprSyntax.self), let base = member.base else {
        return freeFunction(call.calledExpression, context)
      }
      return memberCall(member.declName.baseName.text, base, context, depth)
    case .memberAccessExpr(let member):
      guard let base = member.base else { return .unknown }
      let name = member.declName.baseName.text
      if let owner = writtenType(base, in: context), let declared = declaration(of: owner, context) {
        if declared.cases[name] != nil { return owner }
        return table.property(name, of: declared)?.0.type ?? .unknown
      }
      if let declared = declaration(of: inner(base).unwrapped, context) {
        return table.property(name, of: declared)?.0.type ?? .unknown
      }
      return .unknown
    default: return .unknown
    }
  }

  private func declaration(of type: SwiftType, _ context: TypeContext) -> TypeDeclaration? {
    type.name.flatMap { table.declaration($0, from: context.module) }
  }

  private func freeFunction(_ callee: ExprSyntax, _ context: TypeContext) -> SwiftType {
    guard let name = callee.as(DeclReferenceExprSyntax.self)?.baseName.text,
      let found = table.modules[context.module]?.functions[name], found.count == 1
    else { return .unknown }
    // The result may not be resolved yet.
    return found[0].resultAnnotation.map { type($0, in: found[0].context) } ?? .unknown
  }

  private func memberCall(_ name: String, _ base: ExprSyntax, _ context: TypeContext, _ depth: Int) -> SwiftType {
    if let owner = writtenType(base, in: context) {
      if name == "init" || name == "allocate" { return owner }
      if case .unmanaged(let object) = owner {
        if case .unknown = object, name.hasPrefix("pass") || name == "fromOpaque" { return owner }
        return owner
      }
      if let declared = declaration(of: owner, context),
        let found = table.functions(name, of: declared).first
      {
        return found.resultAnnotation.map { type($0, in: found.context) } ?? .unknown
      }
      return .unknown
    }
    if name == "toOpaque" { return .pointer("UnsafeMutableRawPointer", .unknown) }
    return .unknown
  }

  /// The type that an expression names: `Foo`, `[Int: Foo]`, `Dictionary<Int, Foo>`, `Outer.Inner`. Nil for values.
  func writtenType(_ expression: ExprSyntax, in context: TypeContext) -> SwiftType? {
    switch expression.as(ExprSyntaxEnum.self) {
    case .declReferenceExpr(let reference):
      let name = reference.baseName.text
      guard
        name.first?.isUppercase == true || SwiftType.lockNames.contains(name)
          || table.type(named: name, in: context) != nil
      else { return nil }
      return named(name, [], in: context)
    case .genericSpecializationExpr(let special):
      let arguments = genericArguments(special.genericArgumentClause, context, 0)
      if let reference = special.expression.as(DeclReferenceExprSyntax.self) {
        return named(reference.baseName.text, arguments, in: context)
      }
      if let member = special.expression.as(MemberAccessExprSyntax.self), let base = member.base {
        let owner = base.trimmedDescription
        let name = member.declName.baseName.text
        return named(owner == "Swift" ? name : owner + "." + name, arguments, in: context)
      }
      return nil
    case .memberAccessExpr(let member):
      let name = member.declName.baseName.text
      guard name.first?.isUppercase == true, let base = member.base else { return nil }
      let owner = base.trimmedDescription
      guard owner.count < 200, owner.first?.isUppercase == true else { return nil }
      if owner == "Swift" || owner == "Foundation" || table.modules[owner] != nil {
        return named(name, [], in: context)
      }
      return named(owner + "." + name, [], in: context)
    case .arrayExpr(let array):
      guard array.elements.count == 1, let element = array.elements.first,
        let type = writtenType(element.expression, in: context)
      else { return nil }
      return .array(type)
    case .dictionaryExpr(let dictionary):
      guard case .elements(let elements) = dictionary.content, elements.count == 1, let element = elements.first,
        let key = writtenType(element.key, in: context), let value = writtenType(element.value, in: context)
      else { return nil }
      return .dictionary(key, value)
    case .optionalChainingExpr(let optional):
      return writtenType(optional.expression, in: context).map { .optional($0) }
    case .typeExpr(let type): return self.type(type.type, in: context)
    case .tupleExpr(let tuple):
      if tuple.elements.count == 1 { return writtenType(tuple.elements.first!.expression, in: context) }
      let parts = tuple.elements.map { writtenType($0.expression, in: context) }
      return !parts.isEmpty && parts.allSatisfy { $0 != nil } ? .tuple(parts.map { $0! }) : nil
    default: return nil
    }
  }
}
