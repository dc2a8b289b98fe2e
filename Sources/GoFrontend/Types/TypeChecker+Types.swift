/// Type expressions.
extension TypeChecker {
  /// The type that a node denotes; unknown when it denotes none.
  func typeExpression(_ node: NodeID) -> TypeID {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.maximumDepth { return .unknown }
    let type = resolveTypeExpression(node)
    info?.set(node, type: type, mode: .type)
    return type
  }

  private func resolveTypeExpression(_ node: NodeID) -> TypeID {
    let record = tree[node]
    switch record.kind {
    case .identifier:
      let object = lookup(Name(record.a))
      info?.set(node, object: object)
      return objects[object].kind == .type ? type(of: object) : .unknown
    case .selector: return qualifiedType(record) ?? .unknown
    case .index: return instanceExpression(record)
    case .parenthesized: return typeExpression(NodeID(record.a))
    case .star: return types.pointer(to: typeExpression(NodeID(record.a)))
    case .ellipsis: return record.a == 0 ? .unknown : types.slice(of: typeExpression(NodeID(record.a)))
    case .arrayType:
      let element = typeExpression(NodeID(record.b))
      if record.a == 0 { return types.slice(of: element) }
      if tree[NodeID(record.a)].kind == .ellipsis { return types.array(of: element, length: -1) }
      return types.array(of: element, length: Int(clamping: expression(NodeID(record.a)).value ?? -1))
    case .mapType:
      let key = typeExpression(NodeID(record.a))
      return types.map(key: key, value: typeExpression(NodeID(record.b)))
    case .channelType:
      let direction: Int32 = record.flags.contains(.sendOnly) ? 1 : record.flags.contains(.receiveOnly) ? 2 : 0
      return types.channel(of: typeExpression(NodeID(record.a)), direction: direction)
    case .functionType: return signature(node)
    case .structType: return structure(record)
    case .interfaceType: return interface(record)
    case .binary where record.token == .or: return types.union(unionTerms(node))
    case .unary where record.token == .tilde: return types.union(unionTerms(node))
    default: return .unknown
    }
  }

  /// `p.T`, `C.T`, `unsafe.Pointer`.
  private func qualifiedType(_ record: Node) -> TypeID? {
    let operand = NodeID(record.a)
    let selected = NodeID(record.b)
    guard tree[operand].kind == .identifier else { return nil }
    let imported = lookup(tree.name(operand))
    guard objects[imported].kind == .package else { return nil }
    info?.set(operand, object: imported)
    let name = tree.name(selected)
    switch declarations.package(ofImport: imported, in: package) {
    case Declarations.cPackage: return types.foreign(name)
    case Declarations.unsafePackage: return names.string(name) == "Pointer" ? BasicType.unsafePointer.type : .unknown
    case let index where index >= 0:
      guard let object = declarations.package(index).scope[name], objects[object].kind == .type else { return nil }
      info?.set(selected, object: object)
      return type(of: object)
    default: return nil
    }
  }

  private func instanceExpression(_ record: Node) -> TypeID {
    let generic = types.unaliasedNamed(typeExpression(NodeID(record.a)))
    let arguments = tree.list(record.b).map { typeExpression($0) }
    guard let object = generic else { return .unknown }
    return instance(object, arguments)
  }

  private func structure(_ record: Node) -> TypeID {
    var words: [Int32] = []
    for field in tree.list(record.a) {
      let parts = tree.field(field)
      let fieldType = typeExpression(parts.type)
      let tag = parts.tag.isNone ? 0 : names.intern(tree.text(parts.tag)).rawValue
      if parts.names.isEmpty {
        let name = embeddedIdentifier(parts.type)
        words += [name.isNone ? universe.blank.rawValue : tree.name(name).rawValue, fieldType.rawValue, 1, tag]
        if !name.isNone { info?.set(name, type: fieldType, mode: .field) }
      }
      for name in parts.names {
        words += [tree.name(name).rawValue, fieldType.rawValue, 0, tag]
        info?.set(name, type: fieldType, mode: .field)
      }
    }
    return types.structure(fields: words)
  }

  /// The identifier that names an embedded field: that of its type.
  private func embeddedIdentifier(_ node: NodeID) -> NodeID {
    var node = node
    while true {
      let record = tree[node]
      switch record.kind {
      case .star, .parenthesized, .index: node = NodeID(record.a)
      case .selector: node = NodeID(record.b)
      case .identifier: return node
      default: return .none
      }
    }
  }

  private func interface(_ record: Node) -> TypeID {
    var methods: [Int32] = []
    var embedded: [Int32] = []
    for field in tree.list(record.a) {
      let parts = tree.field(field)
      let type = typeExpression(parts.type)
      if let name = parts.names.first {
        methods += [tree.name(name).rawValue, type.rawValue]
      } else {
        embedded.append(type.rawValue)
      }
    }
    return types.interface(methods: methods, embedded: embedded)
  }

  private func unionTerms(_ node: NodeID) -> [Int32] {
    let record = tree[node]
    switch record.kind {
    case .binary where record.token == .or: return unionTerms(NodeID(record.a)) + unionTerms(NodeID(record.b))
    case .unary where record.token == .tilde: return [1, typeExpression(NodeID(record.a)).rawValue]
    default: return [0, typeExpression(node).rawValue]
    }
  }

  /// A signature; the type parameters of a generic function are declared in the current scope.
  func signature(_ node: NodeID) -> TypeID {
    let function = tree.functionType(node)
    var parameters: [TypeID] = []
    if !function.typeParameters.isEmpty { parameters = declareTypeParameters(function.typeParameters) }
    return signature(function, typeParameters: parameters)
  }

  func signature(_ function: SyntaxTree.FunctionType, typeParameters: [TypeID]) -> TypeID {
    var isVariadic = false
    func words(_ fields: NodeList) -> [Int32] {
      var words: [Int32] = []
      for field in fields {
        let parts = tree.field(field)
        if tree[parts.type].kind == .ellipsis { isVariadic = true }
        let fieldType = typeExpression(parts.type)
        if parts.names.isEmpty { words += [0, fieldType.rawValue] }
        for name in parts.names {
          words += [tree.name(name).rawValue, fieldType.rawValue]
          info?.set(name, type: fieldType, mode: .field)
        }
      }
      return words
    }
    let parameters = words(function.parameters)
    let wasVariadic = isVariadic
    let results = words(function.results)
    return types.signature(
      parameters: parameters, results: results, typeParameters: typeParameters.map(\.rawValue), isVariadic: wasVariadic)
  }

  /// A type in Go's notation as the C frontend gives it.
  func foreignType(_ text: String) -> TypeID {
    if text.isEmpty { return .unknown }
    if text.hasPrefix("*") { return types.pointer(to: foreignType(String(text.dropFirst()))) }
    if text == "unsafe.Pointer" { return BasicType.unsafePointer.type }
    if text.hasPrefix("C.") { return types.foreign(names.intern(String(text.dropFirst(2)))) }
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      let element = foreignType(String(text[text.index(after: end)...]))
      let length = Int(text[text.index(after: text.startIndex)..<end])
      return length.map { types.array(of: element, length: $0) } ?? types.slice(of: element)
    }
    let object = universe.scope[names.intern(text)]
    return object.map { type(of: $0) } ?? .unknown
  }
}

extension TypeTable {
  /// The object that declares a named type or alias, of which an instance is wanted.
  func unaliasedNamed(_ type: TypeID) -> ObjectID? {
    let record = self[type]
    return record.kind == .named || record.kind == .alias ? ObjectID(record.a) : nil
  }
}
