import Findings

/// A map that is nil on every way to a write: a local that was declared and not made, a global or unexported field that nothing in the program ever sets.
///
/// Fields and globals that code outside can reach are left alone, and so is whatever has its address taken or is decoded into.
struct NilMapWrite: Rule {
  let info = RuleDescription(
    id: "BM015", name: "nil-map-write", severity: .red, languages: [.go],
    summary: "A map that was never made is written.",
    page: String(decoding: PackageResources.BM015_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    var result: [Finding] = []
    let neverSet = neverSet(analysis)
    for id in analysis.program.functionIDs {
      let function = analysis.program.function(id)
      guard function.blocks.contains(where: { $0.instructions.contains { isWrite($0.operation) } }) else { continue }
      result += locals(function, analysis)
      result += declared(function, neverSet, analysis)
    }
    return result
  }

  private func isWrite(_ operation: Operation) -> Bool {
    if case .map(let access) = operation { return access.kind == .store && !access.isConditional }
    return false
  }

  // MARK: Locals

  private func locals(_ function: Function, _ analysis: Analysis) -> [Finding] {
    var isCandidate = function.variables.map { $0.type.class == .map && !$0.isCaptured }
    for parameter in function.parameters { isCandidate[Int(parameter.rawValue)] = false }
    for capture in function.captures { isCandidate[Int(capture.inner.rawValue)] = false }
    for block in function.blocks {
      for instruction in block.instructions {
        if case .address(_, let path) = instruction.operation,
          case .variable(let variable) = function.paths[Int(path.rawValue)].root
        {
          isCandidate[Int(variable.rawValue)] = false
        }
      }
    }
    guard isCandidate.contains(true) else { return [] }
    var nilAtEntry = [Set<VariableID>?](repeating: nil, count: function.blocks.count)
    nilAtEntry[0] = Set(function.namedResults.filter { isCandidate[Int($0.rawValue)] })
    var pending = [0]
    var findings: [SourceRange: Finding] = [:]
    while let block = pending.popLast() {
      var known = nilAtEntry[block] ?? []
      for instruction in function.blocks[block].instructions {
        if case .map(let access) = instruction.operation, access.kind == .store, !access.isConditional,
          case .variable(let variable) = function.paths[Int(access.map.rawValue)].root,
          function.paths[Int(access.map.rawValue)].fields.isEmpty,
          known.contains(variable)
        {
          findings[instruction.range] = finding(instruction, variable, function, analysis)
        } else if case .map(let access) = instruction.operation, access.kind == .store {
          findings[instruction.range] = nil
        }
        transfer(instruction.operation, function, isCandidate, &known)
      }
      for (position, next) in function.successors(of: block).enumerated() {
        var out = known
        if case .branch(let condition, _, _) = function.blocks[block].terminator,
          case .isNil(let tested) = condition.kind
        {
          let isNil = (position == 0) != condition.isNegated
          for variable in aliases(of: tested, in: function.blocks[block], function) where !isNil {
            out.remove(variable)
          }
        }
        let merged = nilAtEntry[next].map { $0.intersection(out) } ?? out
        if merged != nilAtEntry[next] {
          nilAtEntry[next] = merged
          pending.append(next)
        }
      }
    }
    return Array(findings.values)
  }

  /// The map variables whose value a tested temporary holds.
  private func aliases(of tested: VariableID, in block: Block, _ function: Function) -> [VariableID] {
    var result = [tested]
    for instruction in block.instructions.reversed() {
      switch instruction.operation {
      case .copy(let into, let from) where result.contains(into): result.append(from)
      case .load(let into, let path) where result.contains(into):
        let place = function.paths[Int(path.rawValue)]
        if case .variable(let variable) = place.root, place.fields.isEmpty { result.append(variable) }
      default: break
      }
    }
    return result
  }

  private func transfer(
    _ operation: Operation, _ function: Function, _ isCandidate: [Bool], _ known: inout Set<VariableID>
  ) {
    switch operation {
    case .constant(let into, .nil), .constant(let into, .zero):
      if isCandidate[Int(into.rawValue)] { known.insert(into) }
    case .copy(let into, let from):
      if known.contains(from) && isCandidate[Int(into.rawValue)] { known.insert(into) } else { known.remove(into) }
    case .load(let into, let path):
      let place = function.paths[Int(path.rawValue)]
      if case .variable(let from) = place.root, place.fields.isEmpty, known.contains(from),
        isCandidate[Int(into.rawValue)]
      {
        known.insert(into)
      } else {
        known.remove(into)
      }
    case .store(let path, let from):
      let place = function.paths[Int(path.rawValue)]
      if case .variable(let into) = place.root, place.fields.isEmpty {
        if known.contains(from) && isCandidate[Int(into.rawValue)] { known.insert(into) } else { known.remove(into) }
      }
    default: for variable in Definitions.written(operation, function) { known.remove(variable) }
    }
  }

  private func finding(_ instruction: Instruction, _ variable: VariableID, _ function: Function, _ analysis: Analysis)
    -> Finding
  {
    let declared = function.variables[Int(variable.rawValue)]
    let name = analysis.name(declared.name)
    return Finding(
      rule: info.id, severity: .red, message: "`\(name)` is nil here, and writing to a nil map panics",
      place: analysis.place(instruction.range),
      symbol: analysis.name(function.displayName),
      steps: [
        FlowStep(.note, at: analysis.place(declared.range), "`\(name)` is declared here and never made"),
        FlowStep(.stored, at: analysis.place(instruction.range), "written here"),
      ],
      fixes: fix(name, instruction, declared, analysis))
  }

  private func fix(_ name: String, _ instruction: Instruction, _ declared: Variable, _ analysis: Analysis) -> [Fix] {
    let type = analysis.name(declared.type.name)
    guard !name.isEmpty, type.hasPrefix("map["), !type.contains("."), instruction.statement != .none else { return [] }
    var place = analysis.place(instruction.statement)
    place.endLine = place.line
    place.endColumn = place.column
    return [
      Fix(
        "Make the map before it is written",
        edits: [
          Fix.Edit(at: place, with: "\(name) = make(\(type))\n" + String(repeating: "\t", count: place.column - 1))
        ])
    ]
  }

  // MARK: Globals and fields

  /// Maps that no code of the program ever sets, and that none outside can.
  private func neverSet(_ analysis: Analysis) -> [Symbol: Unit.Declaration] {
    var candidates: [Symbol: Unit.Declaration] = [:]
    for unit in analysis.program.units {
      for declaration in unit.declarations
      where declaration.type.class == .map && !declaration.isInitialized && declaration.type.mapType >= 0 {
        let last = analysis.name(declaration.symbol).split(separator: ".").last ?? ""
        guard let first = last.unicodeScalars.first, first.properties.isLowercase || first == "_" else { continue }
        if Int(declaration.type.mapType) < unit.mapTypes.count,
          unit.mapTypes[Int(declaration.type.mapType)].isSynchronized
        {
          continue
        }
        candidates[declaration.symbol] = declaration
      }
    }
    if candidates.isEmpty { return [:] }
    // All units: each system's version of a package has symbols of its own, although it shares most of its source.
    for function in analysis.program.units.lazy.flatMap(\.functions) {
      for block in function.blocks {
        for instruction in block.instructions {
          switch instruction.operation {
          case .store(let path, _), .address(_, let path):
            let place = function.paths[Int(path.rawValue)]
            for field in place.fields { candidates[field] = nil }
            if case .global(let symbol) = place.root { candidates[symbol] = nil }
          default: break
          }
        }
      }
    }
    return candidates
  }

  private func declared(_ function: Function, _ neverSet: [Symbol: Unit.Declaration], _ analysis: Analysis) -> [Finding]
  {
    if neverSet.isEmpty { return [] }
    var result: [Finding] = []
    for block in function.blocks {
      for instruction in block.instructions {
        guard case .map(let access) = instruction.operation, access.kind == .store, !access.isConditional else {
          continue
        }
        let place = function.paths[Int(access.map.rawValue)]
        let symbol: Symbol
        if let field = place.fields.last {
          symbol = field
        } else if case .global(let global) = place.root {
          symbol = global
        } else {
          continue
        }
        guard let declaration = neverSet[symbol] else { continue }
        let name = analysis.name(declaration.displayName)
        result.append(
          Finding(
            rule: info.id, severity: .red,
            message: "`\(name)` is never made anywhere in the program, and writing to a nil map panics",
            place: analysis.place(instruction.range), symbol: analysis.name(function.displayName),
            steps: [
              FlowStep(.note, at: analysis.place(declaration.range), "`\(name)` is declared here"),
              FlowStep(.stored, at: analysis.place(instruction.range), "written here"),
            ]))
      }
    }
    return result
  }
}
