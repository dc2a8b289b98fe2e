import Findings

/// A map that is nil on every way to a write: declared and not made, a field that the object's constructor left out, nil out of a function, found nil by a
/// branch; or a global or unexported field that nothing in the program ever sets.
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
    let summaries = NilSummaries(analysis.program, analysis.callGraph)
    for id in analysis.functionIDs(for: info)
    where !analysis.program.traits(id).isDisjoint(with: [.storesIntoMaps, .hasMapVariables]) {
      let function = analysis.program.function(id)
      guard Self.canWriteNil(function, id, analysis, summaries) else { continue }
      let flow = NilFlow(id, analysis.program, analysis.callGraph, summaries)
      flow.replay { instruction, state in
        switch instruction.operation {
        case .map(let access) where access.kind == .store && !access.isConditional:
          if flow.isNil(access.map, in: state) {
            result.append(finding(instruction, access, function, analysis))
          } else if !flow.isKnownToBeSet(access.map, in: state),
            let declaration = declaration(function.paths[Int(access.map.rawValue)], neverSet)
          {
            result.append(finding(instruction, declaration, function, analysis))
          }
        case .call(let number): result += arguments(number, id, function, flow, state, analysis, summaries)
        default: break
        }
      }
    }
    return result
  }

  /// Whether there is a write, or a call that writes a parameter.
  private static func canWriteNil(
    _ function: Function, _ id: FunctionID, _ analysis: Analysis, _ summaries: NilSummaries
  ) -> Bool {
    function.blocks.contains { block in
      block.instructions.contains { instruction in
        switch instruction.operation {
        case .map(let access): return access.kind == .store && !access.isConditional
        case .call(let number):
          let call = function.calls[Int(number)]
          guard call.mode != .deferred,
            call.arguments.contains(where: { function.variables[Int($0.rawValue)].type.class == .map })
          else { return false }
          let targets = analysis.callGraph.targets(of: id, call: number)
          return targets.count == 1 && !summaries.writtenParameters(of: targets[0]).isEmpty
        default: return false
        }
      }
    }
  }

  /// Nil maps handed to functions that write them.
  private func arguments(
    _ number: Int32, _ id: FunctionID, _ function: Function, _ flow: NilFlow, _ state: NilFlow.State,
    _ analysis: Analysis, _ summaries: NilSummaries
  ) -> [Finding] {
    let call = function.calls[Int(number)]
    let targets = analysis.callGraph.targets(of: id, call: number)
    guard targets.count == 1, call.mode != .deferred,
      call.arguments.contains(where: {
        function.variables[Int($0.rawValue)].type.class == .map && flow.isNil($0, in: state)
      })
    else { return [] }
    let written = summaries.writtenParameters(of: targets[0])
    return call.arguments.enumerated().compactMap { index, argument in
      guard let write = written[index], flow.isNil(argument, in: state) else { return nil }
      let name = analysis.sourceMap.text(of: call.argumentRanges[index])
      let callee = analysis.name(analysis.program.function(targets[0]).displayName)
      return Finding(
        rule: info.id, severity: .red, message: "`\(name)` is nil here, and `\(callee)` writes to it: that panics",
        place: analysis.place(call.argumentRanges[index]), symbol: analysis.name(function.displayName),
        steps: [
          FlowStep(.passed, at: analysis.place(call.argumentRanges[index]), "a nil map is passed here"),
          FlowStep(.stored, at: analysis.place(write), "written here"),
        ])
    }
  }

  private func finding(_ instruction: Instruction, _ access: MapAccess, _ function: Function, _ analysis: Analysis)
    -> Finding
  {
    let path = function.paths[Int(access.map.rawValue)]
    var declared: Variable?
    if path.fields.isEmpty, case .variable(let variable) = path.root {
      declared = function.variables[Int(variable.rawValue)]
    }
    let source = analysis.sourceMap.text(of: access.mapRange)
    let name = declared.map { analysis.name($0.name) }.flatMap { $0.isEmpty ? nil : $0 } ?? source
    var steps: [FlowStep] = []
    if let declared, declared.name != .empty {
      steps.append(FlowStep(.note, at: analysis.place(declared.range), "`\(name)` is declared here"))
    }
    steps.append(
      FlowStep(.stored, at: analysis.place(instruction.range), "written here, and nil on all ways that lead here"))
    return Finding(
      rule: info.id, severity: .red, message: "`\(name)` is nil here, and writing to a nil map panics",
      place: analysis.place(instruction.range), symbol: analysis.name(function.displayName), steps: steps,
      fixes: declared.map { fix(name, instruction, $0, analysis) } ?? [])
  }

  private func fix(_ name: String, _ instruction: Instruction, _ declared: Variable, _ analysis: Analysis) -> [Fix] {
    let type = analysis.name(declared.type.name)
    guard declared.name != .empty, type.hasPrefix("map["), !type.contains("."),
      let edit = analysis.insertion(of: "\(name) = make(\(type))", before: instruction.statement)
    else { return [] }
    return [Fix("Make the map before it is written", edits: [edit])]
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

  private func declaration(_ path: MemoryPath, _ neverSet: [Symbol: Unit.Declaration]) -> Unit.Declaration? {
    path.declared.flatMap { neverSet[$0] }
  }

  private func finding(
    _ instruction: Instruction, _ declaration: Unit.Declaration, _ function: Function, _ analysis: Analysis
  ) -> Finding {
    let name = analysis.name(declaration.displayName)
    return Finding(
      rule: info.id, severity: .red,
      message: "`\(name)` is never made anywhere in the program, and writing to a nil map panics",
      place: analysis.place(instruction.range), symbol: analysis.name(function.displayName),
      steps: [
        FlowStep(.note, at: analysis.place(declaration.range), "`\(name)` is declared here"),
        FlowStep(.stored, at: analysis.place(instruction.range), "written here"),
      ])
  }
}
