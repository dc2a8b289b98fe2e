import Findings

/// Objects that are keys of a map, and whose hash reads a field that is given another value later: the look-up then searches another bucket.
///
/// Silent where no map has such keys, and where only initializers set the field.
struct UnstableKeys {
  let analysis: Analysis

  func findings(_ rule: RuleDescription) -> [Finding] {
    var fields: [Symbol: Symbol] = [:]
    for unit in analysis.program.units {
      let keys = Set(unit.mapTypes.map(\.key.name))
      for (type, state) in unit.hashedState where keys.contains(type) {
        for field in state { fields[field] = type }
      }
    }
    if fields.isEmpty { return [] }
    var result: [Finding] = []
    for id in analysis.program.functionIDs {
      let function = analysis.program.function(id)
      if function.isInitializer || function.isTest { continue }
      var origins: KeyOrigins?
      for block in function.blocks {
        for instruction in block.instructions {
          guard case .store(let path, _) = instruction.operation else { continue }
          let place = function.paths[Int(path.rawValue)]
          guard let field = place.fields.last, let type = fields[field] else { continue }
          let known = origins ?? KeyOrigins(function)
          origins = known
          if case .variable(let root) = place.root, known.isFresh(root) { continue }
          result.append(finding(rule, instruction, field, type, function))
        }
      }
    }
    return result
  }

  private func finding(
    _ rule: RuleDescription, _ instruction: Instruction, _ field: Symbol, _ type: Symbol, _ function: Function
  ) -> Finding {
    let name = FlowReport.lastPart(analysis.name(field))
    let owner = analysis.name(type)
    return Finding(
      rule: rule.id, severity: .yellow,
      message: "`\(name)` decides about the hash of `\(owner)`, which is a key of a map, and changes here",
      uncertainty: "whether the object is in the map at this time is not known",
      place: analysis.place(instruction.range), symbol: analysis.name(function.displayName),
      steps: [FlowStep(.stored, at: analysis.place(instruction.range), "the hash is another one from here on")])
  }
}
