/// The functions of the language.
enum Builtin: Int32, CaseIterable {
  case append, cap, clear, close, complex, copy, delete, imag, len, make, max, min, new, panic, print, println, real,
    recover
  // Of package unsafe.
  case add, alignof, offsetof, sizeof, slice, sliceData, string, stringData
}

/// What every Go file can name without an import.
final class Universe: Sendable {
  let scope: NameMap
  let blank: Name
  let initName: Name
  let errorName: Name
  let any: TypeID
  let emptyInterface: TypeID
  let error: TypeID
  let comparable: TypeID
  let iota: ObjectID
  let nilObject: ObjectID

  init(names: NameTable, types: TypeTable, objects: ObjectTable) {
    var scope = NameMap()
    func add(_ kind: ObjectKind, _ name: String, value: Int32 = 0, type: TypeID? = nil, flags: Object.Flags = [])
      -> ObjectID
    {
      let name = names.intern(name)
      let object = objects.add(
        Object(kind: kind, flags: flags, name: name, package: -1, file: 0, node: .none, value: value, extra: 0),
        type: type)
      scope[name] = object
      return object
    }
    for basic in BasicType.allCases where !basic.isUntyped && basic != .unsafePointer {
      _ = add(.type, "\(basic)", type: basic.type)
    }
    emptyInterface = types.interface(methods: [], embedded: [])
    let anyObject = add(.type, "any", flags: .isAlias)
    any = types.alias(anyObject, to: emptyInterface)
    objects.setType(anyObject, any)
    errorName = names.intern("Error")
    let errorObject = add(.type, "error")
    error = types.named(errorObject)
    let errorMethod = types.signature(
      parameters: [], results: [0, BasicType.string.type.rawValue], typeParameters: [], isVariadic: false)
    types.setUnderlying(error, types.interface(methods: [errorName.rawValue, errorMethod.rawValue], embedded: []))
    objects.setType(errorObject, error)
    let comparableObject = add(.type, "comparable")
    comparable = types.named(comparableObject)
    types.setUnderlying(comparable, emptyInterface)
    objects.setType(comparableObject, comparable)
    _ = add(.constant, "true", value: 1, type: BasicType.untypedBool.type)
    _ = add(.constant, "false", value: 0, type: BasicType.untypedBool.type)
    iota = add(.constant, "iota", type: BasicType.untypedInt.type)
    nilObject = add(.nil, "nil", type: BasicType.untypedNil.type)
    for builtin in Builtin.allCases.prefix(while: { $0.rawValue <= Builtin.recover.rawValue }) {
      _ = add(.builtin, "\(builtin)", value: builtin.rawValue, type: .unknown)
    }
    self.scope = scope
    blank = names.intern("_")
    initName = names.intern("init")
  }
}
