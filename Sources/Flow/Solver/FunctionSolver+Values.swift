extension FunctionSolver {
  /// What a variable holds.
  func value(of variable: VariableID, _ state: inout State) -> ValueNumber {
    let index = Int(variable.rawValue)
    let known = state.environment[index]
    if known != .none { return known }
    // Declared without a value, or set where this way did not come by: an unknown of its own.
    let value = values.number(.instruction(-1 - variable.rawValue, 0), type: function.variables[index].type)
    values.name(value, function.variables[index].name)
    state.environment[index] = value
    return value
  }

  func set(_ variable: VariableID, _ value: ValueNumber, _ state: inout State) {
    let declared = function.variables[Int(variable.rawValue)]
    state.environment[Int(variable.rawValue)] = value
    values.name(value, declared.name)
    values.setType(value, declared.type)
  }

  /// The object that an address of a variable or field stands for.
  private func target(_ base: ValueNumber, _ state: inout State) -> ValueNumber {
    guard base.index > 0 else { return base }
    switch values[base].definition {
    case .variableAddress(let variable): return value(of: variable, &state)
    case .fieldAddress(let base, let field): return loadField(base, field, &state)
    default: return base
    }
  }

  func loadField(_ base: ValueNumber, _ field: Symbol, _ state: inout State) -> ValueNumber {
    let object = target(base, &state)
    // Behind nil there is nothing that two loads could share.
    if object.index > 0, case .constant = values[object].definition { return .none }
    if let bound = state.binding(object, field) { return bound }
    return values.number(.field(object, field), type: context.type(ofFieldOrGlobal: field))
  }

  func storeField(_ base: ValueNumber, _ field: Symbol, _ value: ValueNumber, _ state: inout State) {
    state.bind(target(base, &state), field, value)
  }

  /// What a path holds.
  func value(at path: PathID, _ state: inout State) -> ValueNumber {
    let path = function.paths[Int(path.rawValue)]
    return value(at: path, depth: path.fields.count, &state)
  }

  private func value(at path: MemoryPath, depth: Int, _ state: inout State) -> ValueNumber {
    var value: ValueNumber
    switch path.root {
    case .variable(let variable): value = self.value(of: variable, &state)
    case .global(let symbol): value = loadField(.globals, symbol, &state)
    }
    for field in path.fields.prefix(depth) { value = loadField(value, field, &state) }
    return value
  }

  /// The object and field that a path names, where it is not a plain variable.
  func place(at path: PathID, _ state: inout State) -> (base: ValueNumber, field: Symbol)? {
    let path = function.paths[Int(path.rawValue)]
    if let field = path.fields.last {
      return (target(value(at: path, depth: path.fields.count - 1, &state), &state), field)
    }
    if case .global(let symbol) = path.root { return (.globals, symbol) }
    return nil
  }

  /// A value that an instruction makes. One that it made in an earlier round of a loop is blurred.
  func make(
    _ definition: Definition, type: ValueType, source: ValueSource = .unknown, _ state: inout State
  ) -> ValueNumber {
    let known = values.count
    let value = values.number(definition, type: type, source: source)
    // A new number cannot occur in the state.
    if Int(value.index) < known { blur(value, &state) }
    return value
  }

  private func blur(_ value: ValueNumber, _ state: inout State) {
    let blurred = values.number(.blurred(value), type: values[value].type, source: values[value].source)
    values.name(blurred, values[value].name)
    if state.isReleased(blurred) {
      // One of an earlier round was released: what this round's value is in holds nothing of that.
      let known = state
      state.entries.removeAll { ($0.key == value || $0.value == value) && dangling($0, known) == nil }
    }
    blur(value, into: blurred, depth: 0, &state)
    let released = Set(state.pointers.lazy.filter { $0.released != .none }.map(\.value))
    let kept = state.entries.filter { entry in
      !(entry.key == blurred || entry.value == blurred || entry.found == blurred)
        || released.contains(entry.key) || released.contains(entry.value) || dangling(entry, state) != nil
    }
    state.entries = kept
    for index in state.entries.indices where state.entries[index].found == blurred {
      state.entries[index].found = .none
    }
    var seen: Set<MapEntry> = []
    state.entries.removeAll { !seen.insert($0).inserted }
    let entries = state.entries
    state.fields.removeAll { binding in
      binding.base == blurred && !entries.contains { $0.value == blurred || $0.key == blurred }
    }
    state.dropped.removeAll { $0.value == blurred }
  }

  /// Moves what is known of a value, and of what its fields held, to the blurred one.
  private func blur(_ value: ValueNumber, into blurred: ValueNumber, depth: Int, _ state: inout State) {
    state.knowledge.removeAll { $0.value == value }
    let old = state.pointer(value)
    state.pointers.removeAll { $0.value == value }
    state.replace(value, by: blurred)
    if var old, old.released != .none {
      state.pointers.removeAll { $0.value == blurred }
      old.value = blurred
      state.pointers.append(old)
    }
    guard depth < MemoryPath.maximumDepth else { return }
    for field in values.fields(of: value) {
      guard case .field(_, let symbol) = values[field].definition else { continue }
      let type = values[field].type
      blur(field, into: values.number(.field(blurred, symbol), type: type), depth: depth + 1, &state)
    }
  }

  func isBlurred(_ value: ValueNumber) -> Bool {
    guard value.index > 0 else { return false }
    switch values[value].definition {
    case .blurred: return true
    case .field(let base, _): return isBlurred(base)
    default: return false
    }
  }

  /// Whether two values cannot be equal.
  func areDistinct(_ left: ValueNumber, _ right: ValueNumber) -> Bool {
    if left == right || left == .none || right == .none { return false }
    let left = values[left]
    let right = values[right]
    if case .constant = left.definition, case .constant = right.definition { return true }
    if left.source == .foreignAllocation && right.source == .foreignAllocation { return true }
    return left.type.class == .cPointer && right.type.class == .cPointer && left.type.cType != .empty
      && right.type.cType != .empty && left.type.cType != right.type.cType
  }

  // MARK: Conditions

  func assume(_ condition: Condition, _ isTrue: Bool, _ state: inout State) -> Bool {
    let isTrue = isTrue != condition.isNegated
    switch condition.kind {
    case .unknown: return true
    case .isTrue(let variable): return assume(value(of: variable, &state), isTrue, &state)
    case .isNil(let variable): return assume(value(of: variable, &state), !isTrue, &state)
    case .equal(let left, let right):
      return assumeEqual(value(of: left, &state), value(of: right, &state), isTrue, &state)
    }
  }

  private func assumeEqual(_ left: ValueNumber, _ right: ValueNumber, _ isEqual: Bool, _ state: inout State) -> Bool {
    if left == right { return isEqual }
    noteToken(left, right, isEqual, &state)
    for (value, other) in [(left, right), (right, left)] {
      if case .constant(let constant) = values[value].definition,
        constant == .nil || constant == .zero || constant == .integer(0)
      {
        return assume(other, !isEqual, &state)
      }
    }
    if areDistinct(left, right) { return !isEqual }
    guard isEqual else { return true }
    // The younger name goes: the older one is what the entries and callers know.
    let (kept, gone) = left < right ? (left, right) : (right, left)
    guard
      values[kept].type.class == values[gone].type.class || values[kept].type.class == .unknown
        || values[gone].type.class == .unknown || values[kept].type.holdsCPointer == values[gone].type.holdsCPointer
    else { return true }
    if let state1 = state.pointer(gone), state.pointer(kept) == nil {
      var moved = state1
      moved.value = kept
      state.pointers.append(moved)
    }
    state.pointers.removeAll { $0.value == gone }
    state.replace(gone, by: kept)
    return true
  }

  /// A comparison of what an entry holds, or of a field of it, with something that is known otherwise, after its key was released: either
  /// the entry is still the one that was meant, or the address has been handed out again and the entry is another one.
  private func noteToken(_ left: ValueNumber, _ right: ValueNumber, _ isEqual: Bool, _ state: inout State) {
    for index in state.entries.indices.reversed() {
      let entry = state.entries[index]
      guard entry.origin == .lookedUp, entry.value != .none, state.isReleased(entry.key) else { continue }
      let isCompared = [left, right].contains { value in
        guard value.index > 0 else { return false }
        if value == entry.value { return true }
        if case .field(let base, _) = values[value].definition { return base == entry.value }
        return false
      }
      guard isCompared else { continue }
      if isEqual { state.entries[index].isConfirmed = true } else { state.entries.remove(at: index) }
    }
  }

  /// Takes for granted that a value is (not) nil, zero, false. Gives back whether that can be.
  func assume(_ value: ValueNumber, _ isTrue: Bool, _ state: inout State) -> Bool {
    if value == .none { return true }
    switch values[value].definition {
    case .constant(let constant):
      switch constant {
      case .nil, .zero, .false, .integer(0): return !isTrue
      case .true, .integer: return isTrue
      case .string, .other: return true
      }
    case .function, .variableAddress, .fieldAddress: return isTrue
    default: break
    }
    if values[value].source == .managed || values[value].source == .map { return isTrue }
    if let known = state.truth(value) { return known == isTrue }
    state.knowledge.append(Knowledge(value: value, isTrue: isTrue))
    if !isTrue {
      // Nothing was found, or the nil pointer was: there is no entry, and no memory.
      state.entries.removeAll { $0.found == value || ($0.value == value && $0.origin == .lookedUp) }
      state.pointers.removeAll { $0.value == value }
    }
    return true
  }

  // MARK: What lives

  /// What of an entry has been released.
  func dangling(_ entry: MapEntry, _ state: State) -> (pointer: PointerState, role: FlowEvent.Role)? {
    for pointer in state.pointers where pointer.released != .none {
      if pointer.value == entry.value { return (pointer, .value) }
      if pointer.value == entry.key { return (pointer, .key) }
      if case .field(let base, let field) = values[pointer.value].definition,
        base == entry.value || base == entry.key
      {
        if let bound = state.binding(base, field), bound != pointer.value { continue }
        return (pointer, .field)
      }
      for binding in state.fields where binding.value == pointer.value {
        if binding.base == entry.value || binding.base == entry.key { return (pointer, .field) }
      }
    }
    return nil
  }

  /// Whether a map, or the object that it is in, can still be reached when the function is over.
  func isAlive(_ value: ValueNumber, _ state: State, _ results: [ValueNumber], depth: Int = 0) -> Bool {
    if value.index <= 0 { return value == .globals }
    if depth > 6 { return true }
    if results.contains(value) { return true }
    if let pointer = state.pointer(value), pointer.isEscaped { return true }
    switch values[value].definition {
    case .globals: return true
    case .parameter(let index):
      // A captured map is a local variable of the enclosing function, where it is decided whether it lives on.
      return Int(index) < function.parameters.count || values[value].type.class != .map
    case .field(let base, let field):
      if let bound = state.binding(base, field), bound != value {
        return isBoundElsewhere(value, state, results, depth)
      }
      return isAlive(base, state, results, depth: depth + 1)
    case .variableAddress, .constant, .function: return isBoundElsewhere(value, state, results, depth)
    case .fieldAddress(let base, _), .blurred(let base): return isAlive(base, state, results, depth: depth + 1)
    case .instruction, .replayed:
      if isBoundElsewhere(value, state, results, depth) { return true }
      // What was made here and is held by nothing dies here, and nobody can say what came out of the unknown: a copy, or a map in use.
      return values[value].source == .mapLookup
    }
  }

  private func isBoundElsewhere(_ value: ValueNumber, _ state: State, _ results: [ValueNumber], _ depth: Int) -> Bool {
    for binding in state.fields where binding.value == value && binding.base != value {
      if isAlive(binding.base, state, results, depth: depth + 1) { return true }
    }
    for entry in state.entries where entry.value == value && entry.map != value {
      if isAlive(entry.map, state, results, depth: depth + 1) { return true }
    }
    return false
  }
}
