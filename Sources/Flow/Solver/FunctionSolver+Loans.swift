/// Pointers that were lent for a call, and what is left of them when it is over.
extension FunctionSolver {
  /// What C keeps of a loan that ends.
  func endLoan(of value: ValueNumber, _ end: Release, _ site: SiteID, _ state: State) {
    guard var pointer = state.pointer(value), pointer.keeper != .empty else { return }
    pointer.released = site
    pointer.release = end
    noteLoan(.loanKept, pointer, pointer.keeper, at: site)
  }

  /// What a function leaves behind of loans that are over: in fields and globals that live on, and in its results.
  func noteLoans(_ state: State, _ results: [ValueNumber]) {
    for pointer in state.pointers where pointer.release?.isLoan == true && values[pointer.value].type.class == .cPointer
    {
      for binding in state.fields
      where binding.value == pointer.value && keepsLoans(binding.base, state, results) {
        noteLoan(.loanStored, pointer, binding.field, at: pointer.released)
      }
      if results.contains(pointer.value) { noteLoan(.loanReturned, pointer, .empty, at: pointer.released) }
    }
  }

  /// Whether what is left in a value when the function ends can be looked at later.
  ///
  /// A list, struct or dictionary is a value: what is handed on is a copy, made while the loan was good. One that the caller lends to be changed, or that belongs to
  /// the enclosing function, is theirs to look after: a recursion fills such a list inside of the calls that lend the pointers, and uses it there.
  func keepsLoans(_ value: ValueNumber, _ state: State, _ results: [ValueNumber], depth: Int = 0) -> Bool {
    guard value.index > 0, depth < 7 else { return value == .globals }
    switch values[value].type.class {
    case .list, .aggregate, .map: break
    default: return isAlive(value, state, results)
    }
    if results.contains(value) { return true }
    switch values[value].definition {
    case .parameter(let index):
      return Int(index) < function.parameters.count && !function.lentParameters.contains(index)
    case .field(let base, let field) where state.binding(base, field).map({ $0 == value }) ?? true:
      return keepsLoans(base, state, results, depth: depth + 1)
    default:
      return state.fields.contains {
        $0.value == value && $0.base != value && keepsLoans($0.base, state, results, depth: depth + 1)
      }
    }
  }

  func noteLoan(_ kind: FlowEvent.Kind, _ pointer: PointerState, _ name: Symbol, at site: SiteID) {
    var event = FlowEvent(kind: kind)
    event.pointer = pointer.value
    event.released = pointer.released
    event.release = pointer.release
    event.function = name
    event.at = site
    emit(event)
  }
}
