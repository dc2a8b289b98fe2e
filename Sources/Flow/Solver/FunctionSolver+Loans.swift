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
      for binding in state.fields where binding.value == pointer.value && isAlive(binding.base, state, results) {
        noteLoan(.loanStored, pointer, binding.field, at: pointer.released)
      }
      if results.contains(pointer.value) { noteLoan(.loanReturned, pointer, .empty, at: pointer.released) }
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
