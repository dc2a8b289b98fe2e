import Findings

/// A number that counts up is turned into a pointer, to serve as a key, a value or an argument for C. Go's collector and `checkptr` may meet it and take it for one.
struct FakePointerHandle: Rule {
  let info = RuleDescription(
    id: "BM017", name: "fake-pointer-handle", severity: .yellow, languages: [.go, .swift],
    summary: "A counter is turned into a pointer.", page: String(decoding: PackageResources.BM017_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    let counters = counters(analysis)
    let sources = countingFunctions(analysis, counters)
    let usesC = analysis.program.units.map { unit in
      unit.functions.contains { $0.calls.contains { if case .foreign = $0.callee { true } else { false } } }
    }
    var result: [Finding] = []
    for id in analysis.program.functionIDs {
      let function = analysis.program.function(id)
      // Arithmetic on addresses looks the same; only packages that talk to C are looked at.
      guard usesC[analysis.program.unitIndex(of: id)],
        function.blocks.contains(where: { $0.instructions.contains { isFake($0.operation) } })
      else { continue }
      let definitions = Definitions(function)
      for block in function.blocks {
        for instruction in block.instructions {
          guard case .convert(_, let from, .integerToPointer) = instruction.operation,
            isCounter(from, definitions, counters, sources)
          else { continue }
          result.append(
            Finding(
              rule: info.id, severity: .yellow,
              message: "a counter becomes a pointer here; the collector and checkptr may take it for an address",
              place: analysis.place(instruction.range), symbol: analysis.name(function.displayName),
              steps: [
                FlowStep(.used, at: analysis.place(instruction.range), "the number is turned into a pointer here")
              ]))
        }
      }
    }
    return result
  }

  private func isFake(_ operation: Operation) -> Bool {
    if case .convert(_, _, .integerToPointer) = operation { return true }
    return false
  }

  /// The globals and fields that something counts up.
  private func counters(_ analysis: Analysis) -> Set<Symbol> {
    var result: Set<Symbol> = []
    for id in analysis.program.functionIDs {
      let function = analysis.program.function(id)
      var counted: Set<VariableID> = []
      for block in function.blocks {
        for instruction in block.instructions {
          switch instruction.operation {
          case .fresh(let into, .counter): counted.insert(into)
          case .store(let path, let from) where counted.contains(from):
            let place = function.paths[Int(path.rawValue)]
            if let field = place.fields.last {
              result.insert(field)
            } else if case .global(let symbol) = place.root {
              result.insert(symbol)
            }
          default: break
          }
        }
      }
    }
    return result
  }

  /// Functions that return a counter's value.
  private func countingFunctions(_ analysis: Analysis, _ counters: Set<Symbol>) -> Set<Symbol> {
    var result: Set<Symbol> = []
    for id in analysis.program.functionIDs {
      let function = analysis.program.function(id)
      guard function.resultTypes.count == 1,
        function.resultTypes[0].class == .integerAddress || function.resultTypes[0].class == .plain
      else { continue }
      let definitions = Definitions(function)
      for block in function.blocks {
        if case .return(let values) = block.terminator, let value = values.first,
          isCounter(value, definitions, counters, [])
        {
          result.insert(function.symbol)
        }
      }
    }
    return result
  }

  private func isCounter(
    _ variable: VariableID, _ definitions: Definitions, _ counters: Set<Symbol>, _ sources: Set<Symbol>
  ) -> Bool {
    let function = definitions.function
    if let origin = definitions.origin(of: variable) {
      switch origin.operation {
      case .fresh(_, .counter): return true
      case .load(_, let path):
        let place = function.paths[Int(path.rawValue)]
        if let field = place.fields.last { return counters.contains(field) }
        if case .global(let symbol) = place.root { return counters.contains(symbol) }
        return false
      case .call(let number):
        if case .function(let name) = function.calls[Int(number)].callee { return sources.contains(name) }
        return false
      default: return false
      }
    }
    // A local that is counted up has several definitions, one of them the counting.
    return definitions.definitions(of: variable).contains { instruction in
      if case .store(_, let from) = instruction.operation,
        case .fresh(_, .counter)? = definitions.origin(of: from)?.operation
      {
        return true
      }
      if case .fresh(_, .counter) = instruction.operation { return true }
      return false
    }
  }
}
