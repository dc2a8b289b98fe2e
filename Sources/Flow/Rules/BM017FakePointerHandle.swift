import Findings

/// A number that counts up is turned into a pointer, to serve as a key, a value or an argument for C. Go's collector and `checkptr` may meet it and take it for one.
struct FakePointerHandle: Rule {
  let info = RuleDescription(
    id: "BM017", name: "fake-pointer-handle", severity: .yellow, languages: [.go, .swift],
    summary: "A counter is turned into a pointer.", page: String(decoding: PackageResources.BM017_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    let usesC = analysis.program.units.map { unit in
      unit.functions.contains { $0.calls.contains { if case .foreign = $0.callee { true } else { false } } }
    }
    // Arithmetic on addresses looks much the same; only packages that talk to C are looked at.
    let candidates = analysis.program.functionIDs.filter { id in
      usesC[analysis.program.unitIndex(of: id)]
        && analysis.program.function(id).blocks.contains { $0.instructions.contains { isFake($0.operation) } }
    }
    if candidates.isEmpty { return [] }
    let counters = Counters(analysis.program)
    var result: [Finding] = []
    for id in candidates {
      let function = analysis.program.function(id)
      let definitions = Definitions(function)
      for block in function.blocks {
        for instruction in block.instructions {
          guard case .convert(_, let from, .integerToPointer) = instruction.operation,
            counters.isCounter(from, definitions)
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
}
