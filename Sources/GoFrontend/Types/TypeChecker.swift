// The type checker: the types of expressions and what names mean.
//
// It never reports an error, because what it reads is meant to compile; whatever it cannot resolve is `TypeID.unknown`, and unknown absorbs what is built on it. One
// checker works on one file at a time: for a package-level declaration it stands in the file that declares it, for a body in the file of the function. It is cheap
// to make. `info` is there when what it finds is to be kept: it is not while the declarations of other files are resolved on the way.

final class TypeChecker {
  let declarations: Declarations
  let types: TypeTable
  let objects: ObjectTable
  let names: NameTable
  let universe: Universe
  let package: Package
  let packageIndex: Int32
  let file: PackageFile
  let fileIndex: Int32
  let tree: SyntaxTree
  let info: FileInfo?

  var scope = LocalScope()
  /// The value of `iota`, inside a constant declaration.
  var iota: Int64?
  /// The result types of the functions around the current statement, innermost last.
  var resultTypes: [[TypeID]] = []
  var depth = 0
  /// The package-level constants that are being evaluated, each for the one before it.
  private var constantChain: [ObjectID] = []
  private var selections: [SelectionKey: Selection?] = [:]

  /// How deep expressions, types and statements are followed.
  static let maximumDepth = 4000
  /// How many constants may be defined by one another in a row.
  private static let maximumConstantChain = 200

  struct SelectionKey: Hashable {
    var type: Int32
    var name: Int32
  }

  init(_ declarations: Declarations, package index: Int32, file: Int32, info: FileInfo?) {
    self.declarations = declarations
    types = declarations.types
    objects = declarations.objects
    names = declarations.names
    universe = declarations.universe
    packageIndex = index
    package = declarations.package(index)
    fileIndex = file
    self.file = package.files[Int(file)]
    tree = self.file.tree
    self.info = info
  }

  // MARK: Objects

  /// What a name means here; `.none` when it is not declared.
  func lookup(_ name: Name) -> ObjectID {
    scope[name] ?? declarations.lookup(name, file: file, package: package)
  }

  /// The type of an object: of a value, or the type that a type object names.
  func type(of object: ObjectID) -> TypeID {
    if let known = objects.type(object) { return known }
    return declarations.lock.locked {
      if let known = objects.type(object) { return known }
      let record = objects[object]
      if objects.isResolving(object) || record.package < 0 || declarations.depth > 200 { return .unknown }
      objects.markResolving(object)
      declarations.depth += 1
      defer { declarations.depth -= 1 }
      let checker = TypeChecker(declarations, package: record.package, file: record.file, info: nil)
      let type = checker.resolve(object, record)
      // A type declaration sets its own type before it looks at anything else.
      if let known = objects.type(object) { return known }
      objects.setType(object, type)
      return type
    }
  }

  /// Finds out all that others may ask of the package, so that they do not need its syntax.
  func resolveAll() {
    for object in package.objects {
      let type = type(of: object)
      switch objects[object].kind {
      case .type: _ = underlying(type)
      case .constant: _ = constantValue(object)
      default: break
      }
    }
  }

  private func resolve(_ object: ObjectID, _ record: Object) -> TypeID {
    switch record.kind {
    case .type: return resolveType(object, record)
    case .function: return resolveFunction(object, record)
    case .constant, .variable: return resolveValue(record)
    default: return .unknown
    }
  }

  private func resolveType(_ object: ObjectID, _ record: Object) -> TypeID {
    let spec = tree.typeSpec(record.node)
    scope.open()
    defer { scope.close() }
    if !spec.isAlias {
      let type = types.named(object)
      if !spec.typeParameters.isEmpty {
        let parameters = declareTypeParameters(spec.typeParameters)
        declarations.setTypeParameters(object, parameters)
      }
      objects.setType(object, type)
      return type
    }
    if !spec.typeParameters.isEmpty {
      declarations.setTypeParameters(object, declareTypeParameters(spec.typeParameters))
    }
    return types.alias(object, to: typeExpression(spec.type))
  }

  private func resolveFunction(_ object: ObjectID, _ record: Object) -> TypeID {
    let function = tree.functionDeclaration(record.node)
    scope.open()
    defer { scope.close() }
    if let receiver = function.receiver.first {
      let parameters = declareReceiverTypeParameters(receiver)
      if !parameters.isEmpty { declarations.setTypeParameters(object, parameters) }
    }
    return signature(function.type)
  }

  private func resolveValue(_ record: Object) -> TypeID {
    let own = tree.valueSpec(record.node)
    if record.kind == .constant {
      guard record.extra != 0 else { return .unknown }
      let spec = tree.valueSpec(NodeID(record.extra))
      iota = Int64(own.iota)
      if !spec.type.isNone { return typeExpression(spec.type) }
      guard Int(record.value) < spec.values.count else { return .unknown }
      return expression(spec.values[Int(record.value)]).type
    }
    if !own.type.isNone { return typeExpression(own.type) }
    if own.values.count == own.names.count {
      return defaultType(expression(own.values[Int(record.value)]).type)
    }
    guard own.values.count == 1 else { return .unknown }
    let all = multiple(own.values[0], count: own.names.count)
    return Int(record.value) < all.count ? all[Int(record.value)] : .unknown
  }

  /// The value of a constant object, if it is an integer that fits.
  func constantValue(_ object: ObjectID) -> Int64? {
    let record = objects[object]
    guard record.kind == .constant else { return nil }
    if record.package < 0 { return object == universe.iota ? iota : nil }
    if record.flags.contains(.isLocal) { return declarations.localConstant(object) }
    guard record.extra != 0 else { return nil }
    if let known = declarations.constant(object) { return known }
    // One that is defined by itself has no value.
    if constantChain.count >= Self.maximumConstantChain || constantChain.contains(object) { return nil }
    let value = evaluateConstant(object, record)
    // Also when there is none: it would be looked for again wherever the name stands, and in what is built on it again and again.
    declarations.setConstant(object, value)
    return value
  }

  private func evaluateConstant(_ object: ObjectID, _ record: Object) -> Int64? {
    let checker = TypeChecker(declarations, package: record.package, file: record.file, info: nil)
    checker.depth = depth + 1
    checker.constantChain = constantChain + [object]
    let spec = checker.tree.valueSpec(NodeID(record.extra))
    guard Int(record.value) < spec.values.count else { return nil }
    checker.iota = Int64(checker.tree.valueSpec(record.node).iota)
    return checker.expression(spec.values[Int(record.value)]).value
  }

  // MARK: Type parameters

  /// Declares the parameters of a list, and resolves their constraints once all are known.
  func declareTypeParameters(_ fields: NodeList) -> [TypeID] {
    var parameters: [TypeID] = []
    var constraints: [(type: TypeID, node: NodeID)] = []
    for field in fields {
      let parts = tree.field(field)
      for name in parts.names {
        let type = types.typeParameter(tree.name(name), position: parameters.count)
        let object = declareLocal(.type, name, type: type)
        info?.set(name, object: object)
        parameters.append(type)
        constraints.append((type, parts.type))
      }
    }
    var last: (node: NodeID, type: TypeID)?
    for (type, node) in constraints {
      let constraint = last?.node == node ? last!.type : typeExpression(node)
      last = (node, constraint)
      types.setUnderlying(type, constraint)
    }
    return parameters
  }

  /// The names in `func (s *Set[K, V])` are type parameters of their own.
  func declareReceiverTypeParameters(_ receiver: NodeID, reusing known: [TypeID] = []) -> [TypeID] {
    var node = tree.field(receiver).type
    while tree[node].kind == .star || tree[node].kind == .parenthesized { node = NodeID(tree[node].a) }
    guard tree[node].kind == .index else { return [] }
    var parameters: [TypeID] = []
    for (position, argument) in tree.list(tree[node].b).enumerated() where tree[argument].kind == .identifier {
      let type = position < known.count ? known[position] : types.typeParameter(tree.name(argument), position: position)
      let object = declareLocal(.type, argument, type: type)
      info?.set(argument, object: object)
      parameters.append(type)
    }
    if known.isEmpty {
      // The constraints are those of the type's own parameters.
      let owner = lookup(tree.name(NodeID(tree[node].a)))
      if !owner.isNone {
        let own = declarations.typeParameters(of: owner, using: self)
        let replacement = Substitution(own, parameters)
        for (parameter, original) in zip(parameters, own) {
          types.setUnderlying(parameter, substitute(types.storedUnderlying(original) ?? .unknown, replacement))
        }
      }
    }
    return parameters
  }

  /// Declares a name inside a function.
  func declareLocal(
    _ kind: ObjectKind, _ identifier: NodeID, type: TypeID, flags: Object.Flags = [], value: Int32 = 0
  ) -> ObjectID {
    let name = tree.name(identifier)
    let object = objects.add(
      Object(
        kind: kind, flags: flags.union(.isLocal), name: name, package: packageIndex, file: fileIndex, node: identifier,
        value: value, extra: 0),
      type: type)
    if name != universe.blank && name.rawValue != 0 { scope.declare(name, object) }
    info?.set(identifier, object: object)
    return object
  }

  // MARK: Underlying types

  /// What a type is underneath: never named, never an alias.
  func underlying(_ type: TypeID) -> TypeID {
    let type = types.unaliased(type)
    let record = types[type]
    guard record.kind == .named else { return type }
    if let stored = types.storedUnderlying(type) { return stored }
    return declarations.lock.locked {
      if let stored = types.storedUnderlying(type) { return stored }
      let object = ObjectID(record.a)
      let declared = objects[object]
      if declared.flags.contains(.isLocal) || declared.package < 0 || declarations.depth > 200
        || !declarations.begin(type)
      {
        return .unknown
      }
      defer { declarations.end(type) }
      declarations.depth += 1
      defer { declarations.depth -= 1 }
      let result: TypeID
      if record.b != 0 {
        let origin = underlying(types.named(object))
        let parameters = declarations.typeParameters(of: object, using: self)
        result = substitute(origin, Substitution(parameters, types.words(record.b).map { TypeID($0) }))
      } else {
        let checker = TypeChecker(declarations, package: declared.package, file: declared.file, info: nil)
        let spec = checker.tree.typeSpec(declared.node)
        checker.scope.open()
        if !spec.typeParameters.isEmpty {
          checker.bindTypeParameters(spec.typeParameters, to: declarations.typeParameters(of: object, using: self))
        }
        result = underlying(checker.typeExpression(spec.type))
        checker.scope.close()
      }
      types.setUnderlying(type, result)
      return result
    }
  }

  /// Makes the names of a list mean type parameters that exist already.
  func bindTypeParameters(_ fields: NodeList, to parameters: [TypeID]) {
    var position = 0
    for field in fields {
      for name in tree.field(field).names where position < parameters.count {
        let object = declareLocal(.type, name, type: parameters[position])
        info?.set(name, object: object)
        position += 1
      }
    }
    // A constraint may name any of them.
    if info != nil { for field in fields { _ = typeExpression(tree.field(field).type) } }
  }

  /// The one type that all types of a constraint are underneath, or the type itself when it is no type parameter.
  func coreType(_ type: TypeID) -> TypeID {
    let unaliased = types.unaliased(type)
    guard types[unaliased].kind == .typeParameter else { return underlying(unaliased) }
    guard let constraint = types.storedUnderlying(unaliased) else { return .unknown }
    return core(ofConstraint: constraint, depth: 0) ?? .unknown
  }

  /// The core type of a constraint, as the type parameter's terms write it.
  func core(ofConstraint constraint: TypeID, depth: Int) -> TypeID? {
    if depth > 8 { return nil }
    let type = underlying(constraint)
    let record = types[type]
    var result: TypeID?
    func merge(_ term: TypeID) -> Bool {
      let core = types.kind(term) == .typeParameter ? coreType(term) : underlying(term)
      if types[core].kind == .interface { return self.core(ofConstraint: core, depth: depth + 1).map(merge) ?? true }
      if let known = result, known != core { return false }
      result = core
      return true
    }
    switch record.kind {
    case .interface:
      for embedded in types.words(record.b) {
        if let inner = core(ofConstraint: TypeID(embedded), depth: depth + 1), !merge(inner) { return nil }
      }
    case .union:
      let terms = types.words(record.a)
      for index in stride(from: 1, to: terms.count, by: 2) where !merge(TypeID(terms[index])) { return nil }
    case .unknown, .typeParameter: return nil
    default: result = type
    }
    return result
  }

  // MARK: Selections

  /// The field or method that a name selects from a value of a type. Cached.
  func selection(_ type: TypeID, _ name: Name) -> Selection? {
    let key = SelectionKey(type: type.rawValue, name: name.rawValue)
    if let known = selections[key] { return known }
    let found = findSelection(type, name)
    selections[key] = .some(found)
    return found
  }
}
