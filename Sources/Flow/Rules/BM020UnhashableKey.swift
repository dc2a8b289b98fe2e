import Findings

/// A map with interface keys is given a key whose type cannot be hashed: a slice, a map or a function. The look-up panics.
///
/// Only what the static type of the converted value says; an interface that comes from elsewhere is not guessed at.
struct UnhashableKey: Rule {
  let info = RuleDescription(
    id: "BM020", name: "unhashable-or-unstable-key", severity: .red, languages: [.go, .swift],
    summary: "A key cannot be hashed, or its hash can change while it is in the map.",
    page: String(decoding: PackageResources.BM020_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    var result: [Finding] = []
    for id in analysis.program.functionIDs {
      let function = analysis.program.function(id)
      let unit = analysis.program.unitIndex(of: id)
      var definitions: Definitions?
      for block in function.blocks {
        for instruction in block.instructions {
          guard case .map(let access) = instruction.operation, access.kind != .next, let key = access.key,
            let type = analysis.program.mapType(access.mapType, unit: unit), type.keyCanBeUnhashable
          else { continue }
          let known = definitions ?? Definitions(function)
          definitions = known
          guard let concrete = concreteType(of: key, known), let kind = unhashable(concrete) else { continue }
          let name = analysis.name(concrete.name)
          result.append(
            Finding(
              rule: info.id, severity: .red,
              message: "a key of type `\(name)` cannot be hashed: \(kind) panics in a map look-up",
              place: analysis.place(access.keyRange == .none ? instruction.range : access.keyRange),
              symbol: analysis.name(function.displayName),
              steps: [FlowStep(.lookedUp, at: analysis.place(instruction.range), "the map hashes the key here")]))
        }
      }
    }
    return result
  }

  /// The type that a value had before it became an interface.
  private func concreteType(of variable: VariableID, _ definitions: Definitions) -> ValueType? {
    var variable = variable
    for _ in 0..<16 {
      let own = definitions.function.variables[Int(variable.rawValue)].type
      if own.class != .interface && own.class != .unknown { return own }
      let all = definitions.definitions(of: variable)
      guard all.count == 1 else { return nil }
      switch all[0].operation {
      case .copy(_, let from): variable = from
      case .convert(_, let from, let conversion):
        let type = definitions.function.variables[Int(from.rawValue)].type
        if conversion == .interface && type.class != .interface { return type }
        variable = from
      case .load(_, let path):
        let place = definitions.function.paths[Int(path.rawValue)]
        guard case .variable(let from) = place.root, place.fields.isEmpty else { return nil }
        variable = from
      default: return nil
      }
    }
    return nil
  }

  private func unhashable(_ type: ValueType) -> String? {
    switch type.class {
    case .map: "a map"
    case .function: "a function"
    case .list: "a slice"
    default: nil
    }
  }
}
