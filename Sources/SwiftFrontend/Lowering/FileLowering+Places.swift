import Flow
import SwiftSyntax

/// Names, members and places in memory.
extension FileLowering {
  // MARK: Names

  func typeOfName(_ name: String) -> SwiftType {
    if let binding = scope.binding(name) { return binding.type }
    if let owner, let (property, _) = table.property(name, of: owner) { return property.type }
    return table.modules[context.module]?.globals[name]?.type ?? .unknown
  }

  /// A property that a bare name means: of the type around, or a global.
  private func property(_ name: String) -> (PropertyDeclaration, isMember: Bool)? {
    if let owner, let (property, _) = table.property(name, of: owner) { return (property, true) }
    if let global = table.modules[context.module]?.globals[name] { return (global, false) }
    if name.first?.isLowercase == true {
      let others = table.modules.filter { $0.key != context.module }.compactMap { $0.value.globals[name] }
      if others.count == 1 { return (others[0], false) }
    }
    return nil
  }

  /// The value of a bare name.
  func named(_ name: String, _ place: SourceRange) -> Value {
    if let binding = scope.binding(name) {
      switch binding {
      case .variable(let variable, let type): return Value(id: variable, type: type)
      case .place(let path, let type): return load(path, type, place)
      }
    }
    if let (property, isMember) = property(name) {
      if isMember, !property.isStatic, case .variable(let receiver, let type)? = scope.binding("self") {
        return value(of: property, in: Value(id: receiver, type: type), place)
      }
      return value(of: property, in: nil, place)
    }
    if let function = functionValue(name, place) { return function }
    if name.first?.isUppercase == true { return unknown(place, .metatype(resolver.named(name, [], in: context))) }
    return unknown(place)
  }

  /// A function that is named as a value.
  private func functionValue(_ name: String, _ place: SourceRange) -> Value? {
    let found =
      owner.map { table.functions(name, of: $0) }.flatMap { $0.isEmpty ? nil : $0 }
      ?? table.modules[context.module]?.functions[name] ?? []
    guard found.count == 1, found[0].hasBody else { return nil }
    let type = SwiftType.function(result: found[0].result, isC: false)
    let variable = scope.temporary(mapper.value(type), place)
    scope.emit(.fresh(into: variable, .function(found[0].symbol)), place)
    return Value(id: variable, type: type)
  }

  // MARK: Members

  /// A property's value: of an object, or of a type or module where there is none.
  func value(of property: PropertyDeclaration, in base: Value?, _ place: SourceRange) -> Value {
    if property.isStored || property.getter == nil {
      return load(path(property, base.map { MemoryPath(.variable($0.id)) }), property.type, place)
    }
    guard let getter = property.getter else { return unknown(place, property.type) }
    let result = scope.temporary(mapper.value(property.type), place)
    scope.call(
      Call(
        .function(getter), arguments: base.map { [$0.id] } ?? [], argumentRanges: base.map { _ in [place] } ?? [],
        results: [result]), place)
    return Value(id: result, type: property.type)
  }

  private func path(_ property: PropertyDeclaration, _ base: MemoryPath?) -> MemoryPath {
    guard !property.isStatic, let base else { return MemoryPath(.global(property.symbol)) }
    return MemoryPath(base.root, fields: base.fields + [property.symbol])
  }

  func load(_ path: MemoryPath, _ type: SwiftType, _ place: SourceRange) -> Value {
    if path.fields.isEmpty, case .variable(let variable) = path.root { return Value(id: variable, type: type) }
    let result = scope.temporary(mapper.value(type), place)
    scope.emit(.load(into: result, from: scope.path(path)), place)
    return Value(id: result, type: type)
  }

  func declaration(of type: SwiftType) -> TypeDeclaration? {
    type.unwrapped.name.flatMap { table.declaration($0, from: context.module) }
  }

  func member(_ node: MemberAccessExprSyntax, _ place: SourceRange, _ expected: SwiftType = .unknown) -> Value {
    let name = node.declName.baseName.text
    guard let base = node.base else {
      // `.shared`: what is expected says whose.
      if let declared = declaration(of: expected), let (property, _) = table.property(name, of: declared) {
        return value(of: property, in: nil, place)
      }
      if name == "none" { return constant(.nil, expected, place) }
      return unknown(place, expected)
    }
    if let written = writtenType(base) {
      if name == "self" { return unknown(place, .metatype(written)) }
      if let declared = declaration(of: written) {
        if let (property, _) = table.property(name, of: declared) { return value(of: property, in: nil, place) }
        if declared.cases[name] != nil { return fresh(written, place) }
      }
      return unknown(place)
    }
    if let (path, type) = self.place(ExprSyntax(node)) { return load(path, type, place) }
    let object = value(base)
    return valueMember(name, of: object, base, place)
  }

  /// A member of a value that has no place of its own.
  private func valueMember(_ name: String, of object: Value, _ base: ExprSyntax, _ place: SourceRange) -> Value {
    let type = object.type.unwrapped
    switch (type, name) {
    case (_, "self"): return object
    case (.pointer, "baseAddress"): return Value(id: object.id, type: pointerBehind(type))
    case (.pointer, "hashValue"), (.pointer, "count"), (.pointer, "isEmpty"), (.pointer, "debugDescription"):
      return compute([object.id], .nominal("Int", []), place)
    case (.dictionary, "count"), (.dictionary, "isEmpty"), (.set, "count"), (.set, "isEmpty"):
      return compute([], .nominal("Int", []), place)
    case (.unknown, "baseAddress"): return Value(id: object.id, type: .pointer("UnsafeRawPointer", .unknown))
    default: break
    }
    if let declared = declaration(of: type), let (property, _) = table.property(name, of: declared) {
      return value(of: property, in: object, place)
    }
    return unknown(place, type.isMap && (name == "values" || name == "keys") ? .array(part(name, of: type)) : .unknown)
  }

  func part(_ name: String, of type: SwiftType) -> SwiftType {
    switch (type, name) {
    case (.dictionary(let key, _), "keys"): key
    case (.dictionary(_, let value), "values"): value
    default: .unknown
    }
  }

  /// The pointer that a buffer starts with.
  private func pointerBehind(_ buffer: SwiftType) -> SwiftType {
    guard case .pointer(let name, let element) = buffer else { return .unknown }
    return .optional(.pointer(name.replacing("Buffer", with: ""), element))
  }

  /// The type that an expression names; nil for values, also for local ones that are written like a type.
  func writtenType(_ expression: ExprSyntax) -> SwiftType? {
    if let reference = expression.as(DeclReferenceExprSyntax.self) {
      let name = reference.baseName.text
      if scope.binding(name) != nil { return nil }
      if name == "Self", let owner { return .nominal(owner.name, []) }
      if name.first?.isLowercase == true { return nil }
    }
    return resolver.writtenType(expression, in: context)
  }

  // MARK: Places

  /// The place that an expression names, with its type; nil when it is a value only.
  func place(_ expression: ExprSyntax) -> (MemoryPath, SwiftType)? {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.maximumDepth { return nil }
    switch expression.as(ExprSyntaxEnum.self) {
    case .tupleExpr(let node) where node.elements.count == 1: return place(node.elements.first!.expression)
    case .forceUnwrapExpr(let node): return place(node.expression).map { ($0.0, $0.1.unwrapped) }
    case .optionalChainingExpr(let node): return place(node.expression).map { ($0.0, $0.1.unwrapped) }
    case .inOutExpr(let node): return place(node.expression)
    case .declReferenceExpr(let node): return place(ofName: node.baseName.text)
    case .superExpr: return place(ofName: "self")
    case .memberAccessExpr(let node): return place(node)
    default: return nil
    }
  }

  private func place(ofName name: String) -> (MemoryPath, SwiftType)? {
    if let binding = scope.binding(name) {
      switch binding {
      case .variable(let variable, let type): return (MemoryPath(.variable(variable)), type)
      case .place(let path, let type): return (path, type)
      }
    }
    guard let (property, isMember) = property(name), property.isStored || property.getter == nil else { return nil }
    if isMember, !property.isStatic {
      guard case .variable(let receiver, _)? = scope.binding("self") else { return nil }
      return (path(property, MemoryPath(.variable(receiver))), property.type)
    }
    return (MemoryPath(.global(property.symbol)), property.type)
  }

  private func place(_ node: MemberAccessExprSyntax) -> (MemoryPath, SwiftType)? {
    guard let base = node.base else { return nil }
    let name = node.declName.baseName.text
    if let written = writtenType(base) {
      guard let declared = declaration(of: written), let (property, _) = table.property(name, of: declared),
        property.isStatic, property.isStored || property.getter == nil
      else { return nil }
      return (MemoryPath(.global(property.symbol)), property.type)
    }
    // Only what can have such a member is evaluated here; the caller evaluates the rest.
    let type = typeOfBase(base)
    if name == "pointee", case .pointer(_, let pointee)? = type?.unwrapped {
      let pointer = value(base)
      scope.emit(.use(pointer.id), range(node))
      let path = MemoryPath(.variable(pointer.id))
      let isObject = declaration(of: pointee) != nil || mapper.value(pointee).class == .unknown
      return (isObject ? path : MemoryPath(path.root, fields: path.fields + [element]), pointee)
    }
    guard let type else { return nil }
    if case .tuple(let parts) = type.unwrapped, let index = Int(name), index < parts.count, let base = place(base) {
      return (MemoryPath(base.0.root, fields: base.0.fields + [symbols.intern("tuple.\(name)")]), parts[index])
    }
    if let declared = declaration(of: type) {
      guard let (property, _) = table.property(name, of: declared), !property.isStatic,
        property.isStored || property.getter == nil
      else { return nil }
      let inner = place(base)?.0 ?? MemoryPath(.variable(value(base).id))
      return (path(property, inner), property.type)
    }
    // A field of a C struct.
    if case .nominal(let owner, _) = type.unwrapped, !SwiftType.plainNames.contains(owner), let inner = place(base) {
      let field = symbols.intern("\(owner).\(name)")
      return (MemoryPath(inner.0.root, fields: inner.0.fields + [field]), .unknown)
    }
    return nil
  }

  /// The type of an expression without evaluating it.
  func typeOfBase(_ expression: ExprSyntax) -> SwiftType? {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.maximumDepth { return nil }
    switch expression.as(ExprSyntaxEnum.self) {
    case .declReferenceExpr(let node):
      let type = typeOfName(node.baseName.text)
      return type == .unknown ? nil : type
    case .superExpr: return typeOfName("self")
    case .tupleExpr(let node) where node.elements.count == 1: return typeOfBase(node.elements.first!.expression)
    case .forceUnwrapExpr(let node): return typeOfBase(node.expression)?.unwrapped
    case .optionalChainingExpr(let node): return typeOfBase(node.expression)?.unwrapped
    case .memberAccessExpr(let node):
      let name = node.declName.baseName.text
      guard let base = node.base else { return nil }
      if let written = writtenType(base) {
        return declaration(of: written).flatMap { table.property(name, of: $0)?.0.type }
      }
      guard let type = typeOfBase(base) else { return nil }
      if name == "pointee", case .pointer(_, let pointee) = type.unwrapped { return pointee }
      if name == "baseAddress", type.isPointer { return pointerBehind(type.unwrapped) }
      if case .tuple(let parts) = type.unwrapped, let index = Int(name), index < parts.count { return parts[index] }
      return declaration(of: type).flatMap { table.property(name, of: $0)?.0.type }
    case .subscriptCallExpr(let node):
      guard let type = typeOfBase(node.calledExpression)?.unwrapped else { return nil }
      switch type {
      case .dictionary(_, let value): return node.arguments.count == 1 ? .optional(value) : value
      case .array(let element): return element
      case .pointer(_, let pointee): return pointee
      default: return nil
      }
    case .functionCallExpr: return resolver.type(of: expression, in: context)
    default: return nil
    }
  }

  // MARK: Stores

  func store(_ path: MemoryPath, _ value: VariableID, _ place: SourceRange) {
    if path.fields.isEmpty, case .variable(let variable) = path.root {
      scope.emit(.copy(into: variable, from: value), place)
    } else {
      scope.emit(.store(to: scope.path(path), from: value), place)
    }
  }

  /// Gives what an expression names a value.
  func store(_ target: ExprSyntax, _ value: Value, isNil: Bool, _ place: SourceRange) {
    switch target.as(ExprSyntaxEnum.self) {
    case .discardAssignmentExpr: return
    case .tupleExpr(let tuple) where tuple.elements.count > 1:
      for part in tuple.elements { store(part.expression, unknown(place), isNil: false, place) }
      return
    case .subscriptCallExpr(let node):
      if let map = mapPlace(node.calledExpression), let key = node.arguments.first {
        let keyValue = self.value(key.expression, expected: keyType(map.1))
        if isNil {
          access(.delete, map.0, map.1, key: keyValue.id, node: node, place)
        } else {
          access(.store, map.0, map.1, key: keyValue.id, value: value.id, node: node, place)
        }
        return
      }
      let base = self.value(node.calledExpression)
      for argument in node.arguments { _ = self.value(argument.expression) }
      if base.type.isPointer { scope.emit(.use(base.id), place) }
      if case .array = base.type.unwrapped, let list = self.place(node.calledExpression) {
        keep(value, in: list.0, place)
      } else {
        scope.emit(.escape(value.id), place)
      }
      return
    default: break
    }
    if let (path, _) = self.place(target) {
      store(path, value.id, place)
      return
    }
    if let member = target.as(MemberAccessExprSyntax.self), let base = member.base {
      let name = member.declName.baseName.text
      let object = writtenType(base) == nil ? self.value(base) : nil
      if let declared = (object.map(\.type) ?? writtenType(base)).flatMap({ declaration(of: $0) }),
        let (property, _) = table.property(name, of: declared), let setter = property.setter
      {
        let arguments = (object.map { [$0.id] } ?? []) + [value.id]
        scope.call(
          Call(
            .function(setter), arguments: arguments, argumentRanges: arguments.map { _ in place }, results: []), place)
        return
      }
    } else if let name = target.as(DeclReferenceExprSyntax.self)?.baseName.text, let (property, _) = property(name),
      let setter = property.setter
    {
      var arguments: [VariableID] = []
      if !property.isStatic, case .variable(let receiver, _)? = scope.binding("self") { arguments.append(receiver) }
      arguments.append(value.id)
      scope.call(
        Call(.function(setter), arguments: arguments, argumentRanges: arguments.map { _ in place }, results: []), place)
      return
    }
    // Not resolved: the value leaves what is followed.
    scope.emit(.escape(value.id), place)
  }

  /// `&x`: the address of a place.
  func address(_ node: InOutExprSyntax, _ place: SourceRange) -> Value {
    guard let (path, type) = self.place(node.expression) else { return value(node.expression) }
    let result = scope.temporary(ValueType(.managedPointer), place)
    scope.emit(.address(into: result, of: scope.path(path)), place)
    return Value(id: result, type: type)
  }
}
