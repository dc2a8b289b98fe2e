import Flow

// From Go types to what the analysis needs to know of them.
//
// Whether a value holds a C address is found by walking the type: through names, pointers, arrays, slices, channels, maps and the fields of structs, each
// type once. The result is cached for each type; a type that is met while it is being walked counts as holding nothing, and what was found
// under that assumption is only cached for the type the walk started from.

/// Describes the types of one package. Belongs to one thread; what is asked for at each expression is not checked for overlapping accesses.
final class TypeMapper {
  private let checker: TypeChecker
  private let symbols: SymbolTable
  /// For each type the number of its description in `values`, plus one; 0 where there is none yet. Types are numbered densely, and asked for at each expression.
  @exclusivity(unchecked) private var valueNumbers: [Int32] = []
  @exclusivity(unchecked) private var values: [ValueType] = []
  @exclusivity(unchecked) private var held: [TypeID: Holds] = [:]
  private var mapNumbers: [TypeID: Int32] = [:]
  private var mapTypeNumbers: [MapType: Int32] = [:]
  private(set) var mapTypes: [MapType] = []

  /// What a value holds at any depth.
  struct Holds: OptionSet {
    var rawValue: UInt8
    static let cPointer = Holds(rawValue: 1)
    static let integerAddress = Holds(rawValue: 2)
  }

  /// A mapper; `checker` may be of any file of the package.
  init(_ checker: TypeChecker, symbols: SymbolTable) {
    self.checker = checker
    self.symbols = symbols
  }

  private var types: TypeTable { checker.types }

  /// The description of a type.
  func value(_ type: TypeID) -> ValueType {
    if type == .unknown { return .unknown }
    let index = Int(type.rawValue)
    if index >= valueNumbers.count {
      valueNumbers += [Int32](repeating: 0, count: max(types.count, index + 1) - valueNumbers.count)
    } else if valueNumbers[index] != 0 {
      return values[Int(valueNumbers[index]) - 1]
    }
    // A map type that holds itself ends at the unknown.
    values.append(.unknown)
    let number = values.count
    valueNumbers[index] = Int32(number)
    let result = describe(type)
    values[number - 1] = result
    return result
  }

  func underlying(_ type: TypeID) -> TypeID { checker.underlying(type) }

  private func describe(_ type: TypeID) -> ValueType {
    let unaliased = types.unaliased(type)
    let record = types[unaliased]
    let holds = self.holds(type)
    var result = ValueType(
      .unknown, name: symbols.intern(checker.string(type)), holdsCPointer: holds.contains(.cPointer),
      holdsIntegerAddress: holds.contains(.integerAddress), unhashable: unhashablePart(type, depth: 0))
    if record.kind == .named, let known = standard(unaliased) {
      if known == "runtime/cgo.Handle" {
        result.class = .handle
        result.holdsIntegerAddress = false
        return result
      }
      if known == "sync.Map" {
        result.class = .map
        result.mapType = number(
          MapType(
            key: value(checker.universe.any), value: value(checker.universe.any), isSynchronized: true,
            keyCanBeUnhashable: true))
        return result
      }
    }
    if record.kind == .foreign {
      let (kind, cType) = foreign(Name(record.a))
      result.class = kind
      if kind == .cPointer { result.cType = symbols.intern(cType) }
      return result
    }
    if record.kind == .typeParameter {
      let core = checker.coreType(unaliased)
      if core != unaliased, core != .unknown, types.kind(core) != .typeParameter { result.class = value(core).class }
      if result.class == .map { result.mapType = number(mapOf: core) }
      return result
    }
    let base = checker.underlying(type)
    let structure = types[base]
    switch structure.kind {
    case .basic:
      switch BasicType(rawValue: structure.a) {
      case .unsafePointer: result.class = .cPointer
      case .uintptr: result.class = .integerAddress
      case .untypedNil: result.class = .unknown
      default: result.class = .plain
      }
    case .pointer:
      if let cType = cTarget(TypeID(structure.a)) {
        result.class = .cPointer
        result.cType = symbols.intern(cType)
      } else if types.kind(types.unaliased(TypeID(structure.a))) != .typeParameter {
        result.class = .managedPointer
        result.pointsToMap = types.kind(checker.coreType(TypeID(structure.a))) == .map
      }
    case .foreign:
      let (kind, cType) = foreign(Name(structure.a))
      result.class = kind
      if kind == .cPointer { result.cType = symbols.intern(cType) }
    case .slice, .array: result.class = .list
    case .map:
      result.class = .map
      result.mapType = number(mapOf: base)
    case .channel: result.class = .channel
    case .structure: result.class = .aggregate
    case .signature: result.class = .function
    case .interface: result.class = .interface
    default: result.class = .unknown
    }
    return result
  }

  /// `path.Name` of a declared type of the standard library that the analysis knows.
  func standard(_ type: TypeID) -> String? {
    let record = types[types.unaliased(type)]
    guard record.kind == .named else { return nil }
    let object = checker.objects[ObjectID(record.a)]
    guard object.package >= 0 else { return nil }
    let path = checker.declarations.package(object.package).path
    guard path == "sync" || path == "runtime/cgo" || path == "sync/atomic" else { return nil }
    return "\(path).\(checker.names.string(object.name))"
  }

  /// The C type that a pointer to `type` points at, if that is one.
  private func cTarget(_ type: TypeID) -> String? {
    var type = types.unaliased(type)
    for _ in 0..<8 {
      let record = types[type]
      switch record.kind {
      case .foreign: return Self.plainName(checker.names.string(Name(record.a)))
      case .pointer: type = types.unaliased(TypeID(record.a))
      case .named:
        let underlying = checker.underlying(type)
        guard types.kind(underlying) == .foreign else { return nil }
        type = underlying
      default: return nil
      }
    }
    return nil
  }

  static func plainName(_ name: String) -> String {
    for prefix in ["struct_", "union_", "enum_"] where name.hasPrefix(prefix) {
      return String(name.dropFirst(prefix.count))
    }
    return name
  }

  /// The class of a value of a C type, and what it points at when it is a pointer.
  private func foreign(_ name: Name) -> (ValueType.Class, String) {
    let text = checker.names.string(name)
    switch text {
    case "uintptr_t", "intptr_t": return (.integerAddress, "")
    case "gpointer", "gconstpointer", "HANDLE": return (.cPointer, "")
    default: return (text.hasPrefix("struct_") || text.hasPrefix("union_") ? .aggregate : .plain, Self.plainName(text))
    }
  }

  // MARK: Maps

  private func number(mapOf base: TypeID) -> Int32 {
    if let known = mapNumbers[base] { return known }
    let record = types[base]
    let key = TypeID(record.a)
    let result = number(
      MapType(
        key: value(key), value: value(TypeID(record.b)), keyCanBeUnhashable: canBeUnhashable(key, depth: 0)))
    mapNumbers[base] = result
    return result
  }

  private func number(_ type: MapType) -> Int32 {
    if let known = mapTypeNumbers[type] { return known }
    mapTypes.append(type)
    mapTypeNumbers[type] = Int32(mapTypes.count - 1)
    return Int32(mapTypes.count - 1)
  }

  private func canBeUnhashable(_ type: TypeID, depth: Int) -> Bool {
    if depth > 6 { return false }
    let base = types[checker.underlying(type)]
    switch base.kind {
    case .interface: return types.kind(type) != .typeParameter
    case .array: return canBeUnhashable(TypeID(base.a), depth: depth + 1)
    case .structure:
      let fields = types.words(base.a)
      return stride(from: 0, to: fields.count, by: 4).contains {
        canBeUnhashable(TypeID(fields[$0 + 1]), depth: depth + 1)
      }
    default: return false
    }
  }

  /// What of a type cannot be hashed, whatever the value.
  private func unhashablePart(_ type: TypeID, depth: Int) -> ValueType.UnhashablePart {
    if depth > 6 { return .none }
    let base = types[checker.underlying(type)]
    switch base.kind {
    case .slice: return .slice
    case .map: return .map
    case .signature: return .function
    case .array: return unhashablePart(TypeID(base.a), depth: depth + 1)
    case .structure:
      let fields = types.words(base.a)
      for index in stride(from: 0, to: fields.count, by: 4) {
        let part = unhashablePart(TypeID(fields[index + 1]), depth: depth + 1)
        if part != .none { return part }
      }
      return .none
    default: return .none
    }
  }

  // MARK: What a value holds

  /// The types of C that are numbers whatever the headers say.
  private static let numbers: Set<String> = [
    "char", "schar", "uchar", "short", "ushort", "int", "uint", "long", "ulong", "longlong", "ulonglong", "float",
    "double", "size_t", "ssize_t", "bool", "_Bool", "int8_t", "uint8_t", "int16_t", "uint16_t", "int32_t", "uint32_t",
    "int64_t", "uint64_t", "off_t", "time_t", "wchar_t", "gint", "guint", "gboolean", "gulong", "gsize",
  ]

  private func holds(_ type: TypeID) -> Holds {
    if let known = held[type] { return known }
    var seen: Set<TypeID> = []
    let result = walk(type, &seen, depth: 0)
    held[type] = result
    return result
  }

  private func walk(_ type: TypeID, _ seen: inout Set<TypeID>, depth: Int) -> Holds {
    let type = types.unaliased(type)
    if let known = held[type] { return known }
    guard depth <= 6, seen.insert(type).inserted else { return [] }
    let record = types[type]
    switch record.kind {
    case .basic:
      switch BasicType(rawValue: record.a) {
      case .unsafePointer: return .cPointer
      case .uintptr: return .integerAddress
      default: return []
      }
    case .foreign:
      if Self.numbers.contains(checker.names.string(Name(record.a))) { return [] }
      return foreign(Name(record.a)).0 == .integerAddress ? .integerAddress : .cPointer
    case .named:
      switch standard(type) {
      case nil: return walk(checker.underlying(type), &seen, depth: depth + 1)
      default: return []
      }
    case .pointer, .slice, .array, .channel: return walk(TypeID(record.a), &seen, depth: depth + 1)
    case .map:
      return walk(TypeID(record.a), &seen, depth: depth + 1).union(walk(TypeID(record.b), &seen, depth: depth + 1))
    case .structure:
      var result: Holds = []
      let fields = types.words(record.a)
      for index in stride(from: 0, to: fields.count, by: 4) {
        result.formUnion(walk(TypeID(fields[index + 1]), &seen, depth: depth + 1))
      }
      return result
    default: return []
    }
  }
}
