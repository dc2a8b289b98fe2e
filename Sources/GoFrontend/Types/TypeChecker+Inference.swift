/// Type inference for generic calls, after the language's specification: arguments first, then the core types of constraints, until nothing changes.
extension TypeChecker {
  /// The signature with its type parameters replaced by what was given or can be inferred; the rest stays unknown.
  func infer(_ signature: TypeID, explicit: [TypeID], arguments: [Operand], spreads: Bool) -> TypeID {
    let record = types[signature]
    let own = types.words(record.c).map { TypeID($0) }
    // Fresh parameters keep a recursive call of a generic function from binding its own.
    var inference = Inference(parameters: own)
    for (parameter, argument) in zip(own, explicit) { inference.bind(parameter, argument) }
    let parameters = types.words(record.a)
    let count = parameters.count / 2
    var untyped: [(TypeID, TypeID)] = []
    for (position, argument) in arguments.enumerated() {
      var parameter: TypeID
      if record.flags.contains(.isVariadic) && position >= count - 1 && count > 0 {
        parameter = TypeID(parameters[count * 2 - 1])
        if !spreads || position > count - 1 { parameter = TypeID(types[types.unaliased(parameter)].a) }
      } else if position < count {
        parameter = TypeID(parameters[position * 2 + 1])
      } else {
        break
      }
      if !types[parameter].flags.contains(.isParameterized) || argument.type == .unknown { continue }
      if types.isUntyped(argument.type) {
        untyped.append((types.unaliased(parameter), argument.type))
      } else {
        unify(parameter, argument.type, &inference, depth: 0)
      }
    }
    for (parameter, type) in untyped where inference[parameter] == nil && type != BasicType.untypedNil.type {
      inference.bind(parameter, defaultType(type))
    }
    for _ in 0..<4 {
      var changed = false
      for parameter in own {
        guard let constraint = types.storedUnderlying(parameter), let core = core(ofConstraint: constraint, depth: 0)
        else { continue }
        if let bound = inference[parameter] {
          let before = inference.count
          unify(core, underlying(bound), &inference, depth: 0)
          changed = changed || inference.count != before
        } else if types[core].flags.contains(.isParameterized) || types.kind(core) != .interface {
          let candidate = substitute(core, inference.substitution(unknowns: false))
          if !mentions(candidate, own) {
            inference.bind(parameter, candidate)
            changed = true
          }
        }
      }
      if !changed { break }
    }
    return instantiated(signature, inference.substitution(unknowns: true))
  }

  /// A signature with type parameters replaced and none left of its own.
  func instantiated(_ signature: TypeID, _ replacement: Substitution) -> TypeID {
    let record = types[types.unaliased(signature)]
    func replace(_ list: Int32) -> [Int32] {
      var words = Array(types.words(list))
      for index in stride(from: 1, to: words.count, by: 2) {
        words[index] = substitute(TypeID(words[index]), replacement).rawValue
      }
      return words
    }
    return types.signature(
      parameters: replace(record.a), results: replace(record.b), typeParameters: [],
      isVariadic: record.flags.contains(.isVariadic))
  }

  private func mentions(_ type: TypeID, _ parameters: [TypeID]) -> Bool {
    guard types[type].flags.contains(.isParameterized) else { return false }
    let marked = substitute(type, Substitution(parameters, parameters.map { _ in .unknown }))
    return marked != type
  }

  /// Binds the type parameters in `parameter` so that it becomes `argument`, as far as that goes.
  private func unify(_ parameter: TypeID, _ argument: TypeID, _ inference: inout Inference, depth: Int) {
    let parameter = types.unaliased(parameter)
    guard depth < 30, types[parameter].flags.contains(.isParameterized), argument != .unknown else { return }
    if inference.contains(parameter) {
      if inference[parameter] == nil { inference.bind(parameter, argument) }
      return
    }
    let pattern = types[parameter]
    var actual = types.unaliased(argument)
    if pattern.kind == .named {
      if types[actual].kind == .named, types[actual].a == pattern.a {
        for (left, right) in zip(types.words(pattern.b), types.words(types[actual].b)) {
          unify(TypeID(left), TypeID(right), &inference, depth: depth + 1)
        }
        return
      }
      let declared = types[underlying(parameter)]
      if declared.kind == .interface {
        // An interface of the pattern is matched by the methods of the argument.
        for (name, signature) in interfaceMethods(underlying(parameter)) {
          if let selection = selection(actual, name) { unify(signature, selection.type, &inference, depth: depth + 1) }
        }
        return
      }
      if types[actual].kind != .named { unify(underlying(parameter), actual, &inference, depth: depth + 1) }
      return
    }
    if types[actual].kind == .named || types[actual].kind == .typeParameter { actual = coreType(actual) }
    let record = types[actual]
    func pair(_ left: Int32, _ right: Int32) { unify(TypeID(left), TypeID(right), &inference, depth: depth + 1) }
    switch (pattern.kind, record.kind) {
    case (.pointer, .pointer), (.slice, .slice), (.array, .array), (.channel, .channel): pair(pattern.a, record.a)
    case (.map, .map):
      pair(pattern.a, record.a)
      pair(pattern.b, record.b)
    case (.signature, .signature):
      for (lists, others) in [(pattern.a, record.a), (pattern.b, record.b)] {
        let left = types.words(lists)
        let right = types.words(others)
        for index in stride(from: 1, to: min(left.count, right.count), by: 2) { pair(left[index], right[index]) }
      }
    case (.structure, .structure):
      let left = types.words(pattern.a)
      let right = types.words(record.a)
      for index in stride(from: 1, to: min(left.count, right.count), by: 4) { pair(left[index], right[index]) }
    case (.union, _):
      let terms = types.words(pattern.a)
      if terms.count == 2 { pair(terms[1], actual.rawValue) }
    default: break
    }
  }
}

/// The type parameters of a call and what they were bound to so far.
private struct Inference {
  let parameters: [TypeID]
  private var bound: [TypeID?]
  private(set) var count = 0

  init(parameters: [TypeID]) {
    self.parameters = parameters
    bound = Array(repeating: nil, count: parameters.count)
  }

  func contains(_ parameter: TypeID) -> Bool { parameters.contains(parameter) }

  subscript(parameter: TypeID) -> TypeID? {
    parameters.firstIndex(of: parameter).flatMap { bound[$0] }
  }

  mutating func bind(_ parameter: TypeID, _ type: TypeID) {
    guard let index = parameters.firstIndex(of: parameter), bound[index] == nil else { return }
    bound[index] = type
    count += 1
  }

  /// What is bound; the rest becomes unknown, or stays.
  func substitution(unknowns: Bool) -> Substitution {
    Substitution(parameters, zip(parameters, bound).map { $1 ?? (unknowns ? .unknown : $0) })
  }
}
