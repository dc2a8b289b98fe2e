/// What `x.name` means.
struct Selection {
  enum Kind {
    case field
    /// A method with a body: `method` is its object.
    case method
    /// A method of an interface or of a type parameter's constraint.
    case interfaceMethod
  }

  /// A field on the way.
  struct Step {
    /// The declared struct type that has the field; `.none` for a struct without a name.
    var owner: ObjectID
    var name: Name
    var type: TypeID
  }

  var kind: Kind
  /// The fields on the way; for a field, the last one is it.
  var steps: [Step]
  /// The type of the field, or the method's signature without receiver.
  var type: TypeID
  /// The method.
  var method: ObjectID
  /// The type that declares the method, or the interface.
  var owner: TypeID
}

extension TypeChecker {
  /// Looks through embedded fields level by level: the shallowest field or method wins.
  func findSelection(_ type: TypeID, _ name: Name) -> Selection? {
    struct Candidate {
      var type: TypeID
      var steps: [Selection.Step]
    }
    var level = [Candidate(type: pointerBase(type), steps: [])]
    var seen: Set<TypeID> = []
    for _ in 0..<12 {
      var next: [Candidate] = []
      var found: Selection?
      var foundCount = 0
      for candidate in level {
        let type = types.unaliased(candidate.type)
        if !seen.insert(type).inserted { continue }
        let record = types[type]
        var owner = ObjectID.none
        if record.kind == .named {
          owner = ObjectID(record.a)
          if let method = method(name, of: owner) {
            found = Selection(
              kind: .method, steps: candidate.steps, type: methodSignature(method, arguments: types.words(record.b)),
              method: method, owner: type)
            foundCount += 1
            continue
          }
        }
        let base =
          record.kind == .typeParameter ? underlying(types.storedUnderlying(type) ?? .unknown) : underlying(type)
        let structure = types[base]
        switch structure.kind {
        case .structure:
          let fields = types.words(structure.a)
          for index in stride(from: 0, to: fields.count, by: 4) {
            let step = Selection.Step(owner: owner, name: Name(fields[index]), type: TypeID(fields[index + 1]))
            if fields[index] == name.rawValue {
              found = Selection(
                kind: .field, steps: candidate.steps + [step], type: step.type, method: .none, owner: type)
              foundCount += 1
            } else if fields[index + 2] == 1 {
              next.append(Candidate(type: pointerBase(step.type), steps: candidate.steps + [step]))
            }
          }
        case .interface:
          if let signature = interfaceMethod(name, in: base, depth: 0) {
            found = Selection(
              kind: .interfaceMethod, steps: candidate.steps, type: signature, method: .none, owner: type)
            foundCount += 1
          }
        case .foreign:
          if let fieldType = foreignField(name, of: Name(structure.a)) {
            let step = Selection.Step(owner: .none, name: name, type: fieldType)
            found = Selection(
              kind: .field, steps: candidate.steps + [step], type: fieldType, method: .none, owner: type)
            foundCount += 1
          }
        default: break
        }
        if record.kind == .typeParameter, foundCount == 0 {
          // A type parameter with a core type has the fields of that type.
          let core = coreType(type)
          if core != .unknown && core != type {
            next.append(Candidate(type: pointerBase(core), steps: candidate.steps))
          }
        }
      }
      if let found { return foundCount == 1 ? found : nil }
      if next.isEmpty { return nil }
      level = next
    }
    return nil
  }

  /// The type behind a pointer, if it is one.
  func pointerBase(_ type: TypeID) -> TypeID {
    let unaliased = types.unaliased(type)
    let record = types[unaliased]
    if record.kind == .pointer { return TypeID(record.a) }
    if record.kind == .named {
      let base = types[underlying(unaliased)]
      if base.kind == .pointer { return TypeID(base.a) }
    }
    return unaliased
  }

  private func method(_ name: Name, of owner: ObjectID) -> ObjectID? {
    let record = objects[owner]
    if record.package < 0 || record.flags.contains(.isLocal) { return nil }
    return declarations.package(record.package).methods[owner]?[name]
  }

  private func methodSignature(_ method: ObjectID, arguments: UnsafeBufferPointer<Int32>) -> TypeID {
    let signature = type(of: method)
    if arguments.isEmpty { return signature }
    let parameters = declarations.typeParameters(of: method, using: self)
    return substitute(signature, Substitution(parameters, arguments.map { TypeID($0) }))
  }

  /// The signature of a method of an interface, embedded ones included.
  func interfaceMethod(_ name: Name, in interface: TypeID, depth: Int) -> TypeID? {
    if depth > 10 { return nil }
    let record = types[interface]
    guard record.kind == .interface else { return nil }
    let methods = types.words(record.a)
    for index in stride(from: 0, to: methods.count, by: 2) where methods[index] == name.rawValue {
      return TypeID(methods[index + 1])
    }
    for embedded in types.words(record.b) {
      if let found = interfaceMethod(name, in: underlying(TypeID(embedded)), depth: depth + 1) { return found }
    }
    return nil
  }

  /// All methods of an interface, embedded ones included: name and signature.
  func interfaceMethods(_ interface: TypeID, depth: Int = 0) -> [(name: Name, signature: TypeID)] {
    let record = types[underlying(interface)]
    guard record.kind == .interface, depth < 10 else { return [] }
    let methods = types.words(record.a)
    var all = stride(from: 0, to: methods.count, by: 2).map {
      (name: Name(methods[$0]), signature: TypeID(methods[$0 + 1]))
    }
    for embedded in types.words(record.b) { all += interfaceMethods(TypeID(embedded), depth: depth + 1) }
    return all
  }

  private func foreignField(_ name: Name, of type: Name) -> TypeID? {
    declarations.foreign.type(ofField: names.string(name), inType: names.string(type), package: package.path).map(
      foreignType)
  }
}
