/// Which C types values of a type hold: the one that a pointer points at, and those that the fields of a struct point at.
struct HeldTypes {
  private let program: Program
  /// The C types of the fields of a struct, by unit and name of the struct.
  private var fields: [Owner: [Symbol]] = [:]

  private struct Owner: Hashable {
    var unit: Int
    var name: String
  }

  init(_ program: Program) {
    self.program = program
    for (number, unit) in program.units.enumerated() {
      for declaration in unit.declarations
      where declaration.isField && declaration.type.class == .cPointer && declaration.type.cType != .empty {
        let path = program.symbols.name(declaration.symbol).split(separator: ".")
        guard path.count > 1 else { continue }
        let owner = Owner(unit: number, name: String(path[path.count - 2]))
        fields[owner, default: []].append(declaration.type.cType)
      }
    }
  }

  /// The C types that a value holds, itself or in the fields of the struct that it is or points at.
  func types(of type: ValueType, unit: Int) -> [Symbol] {
    switch type.class {
    case .cPointer: return type.cType == .empty ? [] : [type.cType]
    case .aggregate, .managedPointer:
      let name = program.symbols.name(type.name).prefix { $0 != "[" }.drop { $0 == "*" }
      return fields[Owner(unit: unit, name: FlowReport.lastPart(String(name)))] ?? []
    default: return []
    }
  }
}
