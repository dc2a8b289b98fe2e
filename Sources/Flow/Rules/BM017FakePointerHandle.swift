import Findings

/// A number that counts up is turned into a pointer, to serve as a key, a value or an argument for C; or any number, by adding it to nil. Go's collector and
/// `checkptr` may meet it and take it for a pointer.
///
/// Arithmetic on addresses looks much the same: counters are looked at in packages that talk to C, and elsewhere where the same counter is the key of a map.
struct FakePointerHandle: Rule {
  let info = RuleDescription(
    id: "BM017", name: "fake-pointer-handle", severity: .yellow, languages: [.go, .swift],
    summary: "A counter is turned into a pointer.", page: String(decoding: PackageResources.BM017_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    let usesC = analysis.program.callsC
    // Elsewhere a counter must be the key of a map, and only an address has its type.
    let hasKeys = analysis.program.units.map { $0.mapTypes.contains { $0.key.class == .integerAddress } }
    let candidates = analysis.program.functionIDs.filter { analysis.program.traits($0).contains(.makesPointers) }
    var known: Counters?
    var keys: Set<Symbol>?
    var result: [Finding] = []
    for id in candidates {
      let function = analysis.program.function(id)
      let unit = analysis.program.unitIndex(of: id)
      let definitions = Definitions(function)
      func isHandle(_ variable: VariableID) -> Bool {
        guard usesC[unit] || hasKeys[unit] else { return false }
        let counters = known ?? Counters(analysis.program)
        known = counters
        guard counters.isCounter(variable, definitions) else { return false }
        if usesC[unit] { return true }
        guard let counter = counters.counter(behind: variable, definitions) else { return false }
        let ofMaps = keys ?? counters.keysOfMaps()
        keys = ofMaps
        return ofMaps.contains(counter)
      }
      for block in function.blocks {
        for instruction in block.instructions {
          guard case .convert(_, let from, .integerToPointer) = instruction.operation else { continue }
          let isAdded = Counters.isAddedToNil(from, definitions)
          guard isAdded || isHandle(from) else { continue }
          let place = analysis.place(instruction.range)
          result.append(
            Finding(
              rule: info.id, severity: .yellow,
              message:
                "\(isAdded ? "a number that is added to nil" : "a counter") becomes a pointer here; \(Wording(language: function.language).numberAsPointer)",
              place: place, symbol: analysis.name(function.displayName),
              steps: [FlowStep(.used, at: place, "the number is turned into a pointer here")]))
        }
      }
    }
    return result
  }
}
