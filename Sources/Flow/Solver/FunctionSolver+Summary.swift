extension FunctionSolver {
  /// Keeps a way that has come to its end for the summary.
  func addCase(_ state: inout State, results: [ValueNumber], isPanic: Bool) {
    var effects: [PlacedEffect] = []
    var needed = Set(results)
    var captures: [Int32: ValueNumber] = [:]
    for (index, capture) in function.captures.enumerated() {
      let number = Int32(index)
      let value = state.environment[Int(capture.inner.rawValue)]
      let entry = values.number(.parameter(Int32(function.parameters.count) + number))
      if value != .none, value != entry {
        captures[number] = value
        needed.insert(value)
      }
    }
    // Backwards: what only makes values that nothing needs is left out, and what happens to memory that begins and ends here.
    let exposed = exposedValues(state, needed)
    var stored: Set<[ValueNumber]> = []
    for placed in state.effects.reversed() {
      if let value = placed.effect.memory, isMadeHere(value), !exposed.contains(value) { continue }
      // A look-up before a store says whether something is overwritten.
      let isAsked: Bool
      switch placed.effect {
      case .mapStore(let map, let key, _, _):
        stored.insert([map, key])
        isAsked = false
      case .mapLoad(let map, let key, let value, let found):
        isAsked = stored.contains([map, key])
        if isAsked { needed.formUnion([value, found]) }
      default: isAsked = false
      }
      if placed.effect.isPure, !isAsked, !placed.effect.made.contains(where: { needed.contains($0) }) { continue }
      needed.formUnion(placed.effect.operands)
      effects.append(placed)
    }
    effects.reverse()
    needed.remove(.none)
    let knowledge = state.knowledge.filter { needed.contains($0.value) || isInput($0.value) && !effects.isEmpty }
    let new = SummaryCase(
      effects: effects, results: results, captures: captures,
      knowledge: knowledge.sorted { $0.value < $1.value }, isPanic: isPanic)
    if seenCases.insert(new).inserted { cases.append(new) }
  }

  /// The values that others can get hold of when the function is over, or that come out of maps.
  private func exposedValues(_ state: State, _ results: Set<ValueNumber>) -> Set<ValueNumber> {
    var exposed = results
    for placed in state.effects {
      switch placed.effect {
      case .store(_, _, let value): exposed.insert(value)
      case .mapStore(_, let key, let value, _): exposed.formUnion([key, value])
      case .callValue(_, let arguments), .callMethod(_, let arguments, _): exposed.formUnion(arguments)
      case .mapLoad, .mapNext: exposed.formUnion(placed.effect.made)
      case .mapDelete(_, let key, _): exposed.insert(key)
      default: break
      }
    }
    return exposed
  }

  private func isMadeHere(_ value: ValueNumber) -> Bool {
    guard value.index > 0 else { return false }
    switch values[value].definition {
    case .instruction, .replayed, .blurred, .variableAddress: return true
    case .field(let base, _): return isMadeHere(base)
    default: return false
    }
  }

  private func isInput(_ value: ValueNumber) -> Bool {
    if case .parameter = values[value].definition { return true }
    return false
  }

  /// Whether a value is a parameter that tells the function what to do: callers pass constants for it.
  func isFlag(_ value: ValueNumber) -> Bool { isInput(value) && values[value].type.class == .plain }

  /// The summary of all ways. Where there are too many, those that differ only in what is known fall together first.
  func makeSummary() -> Summary {
    var cases = self.cases
    var isIncomplete = self.isIncomplete
    if cases.count > Summary.maximumCases {
      var seen: Set<SummaryCase> = []
      cases = cases.map { entry in
        var entry = entry
        // What flags say stays: callers pass constants for them, and a way that they rule out must not come back.
        entry.knowledge = entry.knowledge.filter { known in
          entry.results.contains(known.value) || isFlag(known.value)
        }
        return entry
      }
      cases.removeAll { !seen.insert($0).inserted }
    }
    if cases.count > Summary.maximumCases {
      // Ways that do something say more than those that do nothing.
      cases = Array(
        cases.enumerated().sorted {
          ($1.element.effects.count, $0.offset) < ($0.element.effects.count, $1.offset)
        }.prefix(Summary.maximumCases).map(\.element))
      isIncomplete = true
    }
    let isTrivial = cases.allSatisfy { entry in
      entry.effects.isEmpty && entry.captures.isEmpty && !entry.isPanic
        && !entry.results.contains { isFollowedResult($0) }
    }
    return Summary(cases: cases, isIncomplete: isIncomplete, isTrivial: isTrivial && !cases.isEmpty)
  }

  private func isFollowedResult(_ value: ValueNumber) -> Bool {
    guard value.index > 0 else { return false }
    switch values[value].definition {
    case .instruction, .replayed, .blurred, .variableAddress:
      return values[value].source == .foreignAllocation || values[value].source == .mapLookup
    default: return true
    }
  }
}

extension Effect {
  /// The memory that it is about, for effects that are about one pointer.
  fileprivate var memory: ValueNumber? {
    switch self {
    case .allocate(let value, _), .free(let value, _), .retain(let value), .escape(let value), .use(let value): value
    default: nil
    }
  }
}
