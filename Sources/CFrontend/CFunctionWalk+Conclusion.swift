import Flow

extension CFunctionWalk {
  /// Turns the exits into the summary.
  mutating func conclude() {
    for number in summary.parameters.indices where function.parameters[number].isPointer && number < 64 {
      concludeEnd(of: number)
    }
    summary.result = result
    summary.outputs.sort()
  }

  private mutating func concludeEnd(of number: Int) {
    let bit = UInt64(1) << UInt64(number)
    let exits = exits.filter { $0.state.null & bit == 0 }
    let freed = exits.filter { $0.state.freed & bit != 0 }
    let others = exits.filter { $0.state.freed & bit == 0 }
    if !freed.isEmpty {
      if others.isEmpty { return note(.frees, on: number) }
      if let success = success(freed, others) {
        summary.succeeds = success
        return note(.frees, on: number)
      }
      note(.releases, on: number)
      if !others.allSatisfy({ ($0.state.counted | $0.state.released) & bit != 0 }) { summary.confidence = .name }
      return
    }
    let released = exits.filter { $0.state.released & bit != 0 }
    if !released.isEmpty {
      let rest = exits.filter { $0.state.released & bit == 0 }
      note(.releases, on: number)
      if rest.isEmpty { return }
      if let success = success(released, rest) {
        summary.succeeds = success
      } else {
        summary.confidence = .name
      }
    } else if exits.contains(where: { $0.state.mayBeFreed & bit != 0 }) {
      note(.releases, on: number)
      summary.confidence = .name
    }
  }

  /// Whether what is returned tells two groups of exits apart.
  private func success(_ done: [(state: State, value: Value)], _ failed: [(state: State, value: Value)])
    -> ForeignFunction.Success?
  {
    func isTrue(_ exit: (state: State, value: Value)) -> Bool {
      switch exit.value {
      case .nonZero, .address, .allocated: true
      default: false
      }
    }
    if done.allSatisfy({ $0.value == .zero }), failed.allSatisfy(isTrue) { return .whenZero }
    if done.allSatisfy(isTrue), failed.allSatisfy({ $0.value == .zero }) { return .whenNonZero }
    return nil
  }

  /// What all exits that give something give.
  private var result: ForeignFunction.Result {
    var result = ForeignFunction.Result.none
    var isFirst = true
    for exit in exits where exit.value != .zero {
      let found: ForeignFunction.Result
      switch exit.value {
      case .allocated(let node): found = kept.contains(node) ? .borrows : .allocates(release: releases[node])
      case .parameter(let number):
        if exit.state.null & (1 << UInt64(number)) != 0 { continue }
        found = .parameter(number)
      default: return .none
      }
      if isFirst {
        result = found
        isFirst = false
      } else if result != found {
        // Two ways to allocate: what one of them says of the end is not sure.
        if case .allocates = result, case .allocates = found {
          result = .allocates(release: nil)
        } else {
          return .none
        }
      }
    }
    return result
  }
}
