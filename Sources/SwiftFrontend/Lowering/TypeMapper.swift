import Flow

/// What the analysis knows of Swift types.
struct TypeMapper {
  let table: DeclarationTable
  let mapTypes: MapTypes
  let module: String
  private var symbols: SymbolTable { table.symbols }

  init(table: DeclarationTable, mapTypes: MapTypes, module: String) {
    self.table = table
    self.mapTypes = mapTypes
    self.module = module
  }

  /// The value type of a Swift type.
  func value(_ type: SwiftType, depth: Int = 0) -> ValueType {
    if depth > 6 { return .unknown }
    let name = symbols.intern(Self.text(type))
    switch type {
    case .unknown: return .unknown
    case .optional(let inner): return value(inner, depth: depth + 1)
    case .pointer(_, let pointee):
      return ValueType(.cPointer, name: name, cType: cType(pointee), holdsCPointer: true)
    case .unmanaged(let object):
      return ValueType(.cPointer, name: name, cType: cType(object), holdsCPointer: true)
    case .array(let element), .metatype(let element):
      let element = value(element, depth: depth + 1)
      return ValueType(
        .list, name: name, holdsCPointer: element.holdsCPointer, holdsIntegerAddress: element.holdsIntegerAddress)
    case .dictionary(let key, let content):
      return map(MapType(key: self.value(key, depth: depth + 1), value: self.value(content, depth: depth + 1)), name)
    case .set(let element):
      return map(MapType(key: self.value(element, depth: depth + 1), value: ValueType(.plain)), name)
    case .tuple(let parts):
      let parts = parts.map { value($0, depth: depth + 1) }
      return ValueType(
        .aggregate, name: name, holdsCPointer: parts.contains(where: \.holdsCPointer),
        holdsIntegerAddress: parts.contains(where: \.holdsIntegerAddress))
    case .function: return ValueType(.function, name: name)
    case .existential: return ValueType(.interface, name: name)
    case .nominal(let text, _): return nominal(text, name)
    }
  }

  private func map(_ type: MapType, _ name: Symbol) -> ValueType {
    ValueType(
      .map, name: name, holdsCPointer: type.key.holdsCPointer || type.value.holdsCPointer,
      holdsIntegerAddress: type.key.holdsIntegerAddress || type.value.holdsIntegerAddress,
      mapType: mapTypes.number(type))
  }

  private func nominal(_ text: String, _ name: Symbol) -> ValueType {
    if let declared = table.declaration(text, from: module) {
      switch declared.kind {
      case .class, .actor: return ValueType(.managedPointer, name: name)
      case .structure, .enumeration:
        if declared.storedNames.isEmpty, SwiftType.plainNames.contains(text) { return ValueType(.plain, name: name) }
        let isPlain = declared.kind == .enumeration && declared.cases.values.allSatisfy { $0 == 0 }
        return ValueType(isPlain ? .plain : .aggregate, name: name, holdsCPointer: declared.holdsCPointer)
      case .protocol: return ValueType(.interface, name: name)
      }
    }
    if SwiftType.plainNames.contains(text) || text == "ObjectIdentifier" { return ValueType(.plain, name: name) }
    return ValueType(.unknown, name: name)
  }

  /// The C type that a pointer points at; none for what Swift itself declares.
  private func cType(_ pointee: SwiftType) -> Symbol {
    guard case .nominal(let name, _) = pointee.unwrapped, name != "Void", !SwiftType.plainNames.contains(name) else {
      return .empty
    }
    return symbols.intern(name)
  }

  /// A type as the source would write it.
  static func text(_ type: SwiftType, depth: Int = 0) -> String {
    if depth > 6 { return "…" }
    func inner(_ type: SwiftType) -> String { text(type, depth: depth + 1) }
    switch type {
    case .unknown: return depth == 0 ? "" : "_"
    case .nominal(let name, let arguments):
      return arguments.isEmpty ? name : "\(name)<\(arguments.map(inner).joined(separator: ", "))>"
    case .optional(let wrapped): return inner(wrapped) + "?"
    case .array(let element): return "[\(inner(element))]"
    case .set(let element): return "Set<\(inner(element))>"
    case .dictionary(let key, let value): return "[\(inner(key)): \(inner(value))]"
    case .tuple(let parts): return "(\(parts.map(inner).joined(separator: ", ")))"
    case .function: return "function"
    case .metatype(let type): return inner(type) + ".Type"
    case .pointer(let name, .unknown): return name
    case .pointer(let name, let pointee): return "\(name)<\(inner(pointee))>"
    case .unmanaged(let object): return "Unmanaged<\(inner(object))>"
    case .existential: return "any"
    }
  }
}
