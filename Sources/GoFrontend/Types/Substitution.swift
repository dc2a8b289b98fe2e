/// Type parameters and what stands for them.
struct Substitution {
  var parameters: [TypeID]
  var arguments: [TypeID]

  init(_ parameters: [TypeID], _ arguments: [TypeID]) {
    self.parameters = parameters
    self.arguments = arguments
  }

  subscript(parameter: TypeID) -> TypeID? {
    guard let index = parameters.firstIndex(of: parameter), index < arguments.count else { return nil }
    return arguments[index]
  }
}

extension TypeChecker {
  /// The type with type parameters replaced.
  func substitute(_ type: TypeID, _ replacement: Substitution) -> TypeID {
    let record = types[type]
    guard record.flags.contains(.isParameterized), !replacement.parameters.isEmpty else { return type }
    depth += 1
    defer { depth -= 1 }
    if depth > Self.maximumDepth { return .unknown }
    func replace(_ word: Int32) -> TypeID { substitute(TypeID(word), replacement) }
    func replace(list: Int32, from first: Int, by step: Int) -> [Int32] {
      var words = Array(types.words(list))
      for index in stride(from: first, to: words.count, by: step) { words[index] = replace(words[index]).rawValue }
      return words
    }
    switch record.kind {
    case .typeParameter: return replacement[type] ?? type
    case .pointer: return types.pointer(to: replace(record.a))
    case .slice: return types.slice(of: replace(record.a))
    case .array: return types.array(of: replace(record.a), length: Int(record.b))
    case .map: return types.map(key: replace(record.a), value: replace(record.b))
    case .channel: return types.channel(of: replace(record.a), direction: record.b)
    case .structure: return types.structure(fields: replace(list: record.a, from: 1, by: 4))
    case .signature:
      return types.signature(
        parameters: replace(list: record.a, from: 1, by: 2), results: replace(list: record.b, from: 1, by: 2),
        typeParameters: Array(types.words(record.c)), isVariadic: record.flags.contains(.isVariadic))
    case .interface:
      return types.interface(
        methods: replace(list: record.a, from: 1, by: 2), embedded: replace(list: record.b, from: 0, by: 1))
    case .tuple: return types.tuple(replace(list: record.a, from: 0, by: 1))
    case .union: return types.union(replace(list: record.a, from: 1, by: 2))
    case .named: return instance(ObjectID(record.a), replace(list: record.b, from: 0, by: 1).map { TypeID($0) })
    case .alias:
      return types.alias(ObjectID(record.a), arguments: replace(list: record.b, from: 0, by: 1), to: replace(record.c))
    case .unknown, .basic, .foreign: return type
    }
  }

  /// An instance of a generic type or alias.
  func instance(_ object: ObjectID, _ arguments: [TypeID]) -> TypeID {
    let words = arguments.map(\.rawValue)
    if !objects[object].flags.contains(.isAlias) { return types.named(object, arguments: words) }
    let record = types[type(of: object)]
    let parameters = declarations.typeParameters(of: object, using: self)
    guard record.kind == .alias else { return type(of: object) }
    return types.alias(object, arguments: words, to: substitute(TypeID(record.c), Substitution(parameters, arguments)))
  }

  /// Whether two types are the same for the language: aliases, names of parameters and tags aside.
  func identical(_ left: TypeID, _ right: TypeID, depth: Int = 0) -> Bool {
    let left = types.unaliased(left)
    let right = types.unaliased(right)
    if left == right { return true }
    let a = types[left]
    let b = types[right]
    if a.kind == .basic && b.kind == .basic { return canonical(a.a) == canonical(b.a) }
    if a.kind != b.kind || depth > 20 { return false }
    func same(_ x: Int32, _ y: Int32, from first: Int, by step: Int) -> Bool {
      let x = types.words(x)
      let y = types.words(y)
      guard x.count == y.count else { return false }
      return stride(from: first, to: x.count, by: step).allSatisfy {
        identical(TypeID(x[$0]), TypeID(y[$0]), depth: depth + 1)
      }
    }
    func child(_ x: Int32, _ y: Int32) -> Bool { identical(TypeID(x), TypeID(y), depth: depth + 1) }
    switch a.kind {
    case .pointer, .slice: return child(a.a, b.a)
    case .array, .channel: return a.b == b.b && child(a.a, b.a)
    case .map: return child(a.a, b.a) && child(a.b, b.b)
    case .structure: return same(a.a, b.a, from: 1, by: 4)
    case .signature: return same(a.a, b.a, from: 1, by: 2) && same(a.b, b.b, from: 1, by: 2)
    case .interface: return same(a.a, b.a, from: 1, by: 2) && same(a.b, b.b, from: 0, by: 1)
    case .named: return a.a == b.a && same(a.b, b.b, from: 0, by: 1)
    case .tuple: return same(a.a, b.a, from: 0, by: 1)
    default: return false
    }
  }

  private func canonical(_ basic: Int32) -> BasicType? {
    switch BasicType(rawValue: basic) {
    case .byte: .uint8
    case .rune: .int32
    case let other: other
    }
  }
}
