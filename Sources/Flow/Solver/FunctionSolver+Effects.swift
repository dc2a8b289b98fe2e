extension FunctionSolver {
  /// Adds an effect to the summary of the way. One that is there already (a round of a loop) is not added again.
  func record(_ effect: Effect, _ site: SiteID, _ state: inout State) {
    for placed in state.effects where placed.site == site && placed.effect == effect { return }
    if state.effects.count >= Summary.maximumEffects {
      isIncomplete = true
      return
    }
    state.effects.append(PlacedEffect(effect: effect, site: site))
  }

  /// Does what an effect says to a state, and notices faults. For a look-up gives what was found.
  @discardableResult
  func perform(_ effect: Effect, _ site: SiteID, _ instruction: Int32, _ state: inout State) -> ValueNumber? {
    switch effect {
    case .allocate(let value, _):
      state.updatePointer(value) { $0.allocated = site }
    case .make, .callValue, .callMethod: break
    case .store(let base, let field, let value):
      storeField(base, field, value, &state)
      if values[value].type.class == .plain { return nil }
    case .mapStore(let map, let key, let value, let isConditional):
      store(map, key, value, isConditional, site, &state)
    case .mapLoad(let map, let key, let value, let found):
      let loaded = load(map, key, value, found, site, &state)
      if loaded != value { return loaded }
    case .mapNext(let map, let key, let value, let found):
      next(map, key, value, found, site, instruction, &state)
    case .mapDelete(let map, let key, let expected): remove(map, key, expected, site, &state)
    case .mapClear(let map):
      dropAll(of: map, site, &state)
      state.entries.removeAll { $0.map == map }
    case .free(let value, let release):
      if value == .none || isKnownNil(value, state) { return nil }
      free(value, release, site, &state)
    case .freeAll(let name):
      var event = FlowEvent(kind: .bulkFree)
      event.function = name
      event.at = site
      emit(event)
    case .retain(let value):
      if value == .none || isKnownNil(value, state) { return nil }
      state.updatePointer(value) { $0.retains = min($0.retains + 1, 8) }
    case .escape(let value):
      guard isFollowed(value) else { return nil }
      state.updatePointer(value) { $0.isEscaped = true }
    case .use(let value):
      guard isFollowed(value) else { return nil }
      use(value, site, state)
    case .lock(let base, let field, let mode):
      state.locks.append(HeldLock(base: base, field: field, mode: mode, acquisition: site.index))
    case .unlock(let base, let field, let mode):
      if let held = state.locks.lastIndex(where: { $0.base == base && $0.field == field && $0.mode == mode }) {
        state.locks.remove(at: held)
      }
    case .unknownCall:
      for index in state.entries.indices where dangling(state.entries[index], state) != nil {
        state.entries[index].mayBeRemoved = true
      }
    }
    record(effect, site, &state)
    return nil
  }

  /// Whether a value can be an address of C.
  func isFollowed(_ value: ValueNumber) -> Bool {
    guard value.index > 0 else { return false }
    switch values[value].definition {
    case .constant, .function, .variableAddress: return false
    default: break
    }
    switch values[value].type.class {
    case .cPointer, .integerAddress, .unknown: return values[value].source != .number
    case .map, .managedPointer, .aggregate, .interface: return true
    default: return values[value].type.holdsCPointer
    }
  }

  private func isKnownNil(_ value: ValueNumber, _ state: State) -> Bool {
    if case .constant = values[value].definition { return true }
    return state.truth(value) == false
  }

  private func free(_ value: ValueNumber, _ release: Release, _ site: SiteID, _ state: inout State) {
    let held = state.locks.map(\.acquisition)
    if let known = state.pointer(value) {
      if release.isReference, known.retains > 0 {
        state.updatePointer(value) { $0.retains -= 1 }
        return
      }
      if known.released != .none {
        if known.staleLookup != .none { use(value, site, state) }
        return
      }
    }
    state.updatePointer(value) {
      $0.released = site
      $0.release = release
      $0.locks = held
    }
  }

  private func use(_ value: ValueNumber, _ site: SiteID, _ state: State) {
    guard let pointer = state.pointer(value), pointer.released != .none else { return }
    if pointer.release?.isLoan == true, !isBlurred(value) { noteLoan(.loanUsed, pointer, .empty, at: site) }
    guard pointer.staleLookup != .none else { return }
    var event = FlowEvent(kind: .staleUse)
    event.pointer = value
    event.allocated = pointer.allocated
    event.released = pointer.released
    event.release = pointer.release
    event.staleLookup = pointer.staleLookup
    event.at = site
    if let entry = state.entries.first(where: { $0.value == value || $0.key == value }) {
      event.map = entry.map
      event.key = entry.key
      event.stored = entry.site
      event.origin = entry.origin
      event.role = entry.value == value ? .value : .key
      event.isUncertain = entry.mayBeRemoved
    }
    event.isUncertain = event.isUncertain || isBlurred(value)
    emit(event)
  }

  // MARK: Maps

  private func drop(_ entry: MapEntry, isOverwrite: Bool, _ site: SiteID, _ state: inout State) {
    guard entry.value != .none, values[entry.value].source == .foreignAllocation, !isBlurred(entry.value),
      !state.isReleased(entry.value)
    else { return }
    state.dropped.append(
      DroppedValue(map: entry.map, value: entry.value, site: site, stored: entry.site, isOverwrite: isOverwrite))
  }

  private func dropAll(of map: ValueNumber, _ site: SiteID, _ state: inout State) {
    for entry in state.entries where entry.map == map { drop(entry, isOverwrite: false, site, &state) }
  }

  private func store(
    _ map: ValueNumber, _ key: ValueNumber, _ value: ValueNumber, _ isConditional: Bool, _ site: SiteID,
    _ state: inout State
  ) {
    noteBlindStore(map, key, value, isConditional, site, state)
    if !isConditional {
      for entry in state.entries where entry.map == map && entry.key == key && entry.value != value {
        drop(entry, isOverwrite: true, site, &state)
      }
      state.entries.removeAll { $0.map == map && $0.key == key }
    }
    state.entries.append(
      MapEntry(
        map: map, key: key, value: value, found: .none, site: site, origin: .stored, mayBeRemoved: isConditional))
  }

  private func noteBlindStore(
    _ map: ValueNumber, _ key: ValueNumber, _ value: ValueNumber, _ isConditional: Bool, _ site: SiteID, _ state: State
  ) {
    guard value.index > 0, values[value].source == .foreignAllocation, !isConditional, isAlive(map, state, []) else {
      return
    }
    var release = Symbol.empty
    for placed in state.effects {
      switch placed.effect {
      case .mapLoad(map, key, _, _), .mapDelete(map, key, _): return
      case .allocate(value, let function): release = function
      default: break
      }
    }
    if values[key].source == .number || values[key].source == .foreignAllocation { return }
    if case .constant = values[key].definition { return }
    var event = FlowEvent(kind: .blindStore)
    event.map = map
    event.key = key
    event.pointer = value
    event.stored = site
    event.allocated = state.pointer(value)?.allocated ?? .none
    event.at = site
    event.isOverwrite = true
    event.function = release
    emit(event)
  }

  private func load(
    _ map: ValueNumber, _ key: ValueNumber, _ value: ValueNumber, _ found: ValueNumber, _ site: SiteID,
    _ state: inout State
  ) -> ValueNumber {
    if let index = state.entries.lastIndex(where: { $0.map == map && $0.key == key && !$0.mayBeRemoved }) {
      let entry = state.entries[index]
      if entry.found == .none { state.entries[index].found = found }
      if entry.origin == .stored, found != .none, !isBlurred(key) { _ = assume(found, true, &state) }
      if entry.value != .none {
        if let dangling = dangling(entry, state), dangling.role != .key {
          state.updatePointer(dangling.pointer.value) { $0.staleLookup = site }
        }
        return entry.value
      }
    }
    state.entries.append(
      MapEntry(map: map, key: key, value: value, found: found, site: site, origin: .lookedUp))
    return value
  }

  private func next(
    _ map: ValueNumber, _ key: ValueNumber, _ value: ValueNumber, _ found: ValueNumber, _ site: SiteID,
    _ instruction: Int32, _ state: inout State
  ) {
    if sweepingRanges.contains(instruction) {
      // Whatever is to go goes in this loop: which entry that is, nobody can tell.
      for index in state.entries.indices where state.entries[index].map == map {
        state.entries[index].mayBeRemoved = true
      }
    }
    // Whoever comes by every entry may keep what he finds.
    for entry in state.entries where entry.map == map && entry.origin == .stored && isFollowed(entry.value) {
      state.updatePointer(entry.value) { $0.isEscaped = true }
    }
    state.entries.removeAll { $0.map == map && $0.key == key }
    state.entries.append(MapEntry(map: map, key: key, value: value, found: found, site: site, origin: .ranged))
  }

  private func remove(
    _ map: ValueNumber, _ key: ValueNumber, _ expected: ValueNumber, _ site: SiteID, _ state: inout State
  ) {
    if expected != .none {
      // Compare and delete: only if the value is still the expected one, so nobody else's entry goes.
      if let entry = state.entries.last(where: { $0.map == map && $0.key == key }),
        areDistinct(entry.value, expected)
      {
        return
      }
      state.entries.removeAll { $0.map == map && $0.key == key }
      return
    }
    var isReported = false
    for entry in state.entries where entry.map == map && entry.key == key {
      if entry.origin == .stored {
        var removal = FlowEvent(kind: .removed)
        removal.map = map
        removal.key = key
        removal.stored = entry.site
        removal.at = site
        removal.isDeferred = isUnwinding
        emit(removal)
      }
      if entry.isConfirmed {
        isReported = true
      } else if let dangling = dangling(entry, state) {
        noteFreeBeforeRemove(entry, dangling.pointer, dangling.role, site, state)
        isReported = true
      }
      drop(entry, isOverwrite: false, site, &state)
    }
    if !isReported, let pointer = state.pointer(key), pointer.released != .none, !isBlurred(key) {
      let entry = MapEntry(map: map, key: key, value: .none, found: .none, site: .none, origin: .lookedUp)
      noteFreeBeforeRemove(entry, pointer, .key, site, state)
    }
    let isSweep = values[key].source == .mapKey
    // Two keys that were each stored under on this way are two entries: who stores twice means two.
    let isStored = state.entries.contains { $0.map == map && $0.key == key && $0.origin == .stored }
    state.entries.removeAll { $0.map == map && ($0.key == key || (isSweep && isBlurred($0.key))) }
    for index in state.entries.indices
    where state.entries[index].map == map && !areDistinct(state.entries[index].key, key)
      && !(isStored && state.entries[index].origin == .stored)
    {
      state.entries[index].mayBeRemoved = true
    }
  }

  private func noteFreeBeforeRemove(
    _ entry: MapEntry, _ pointer: PointerState, _ role: FlowEvent.Role, _ site: SiteID, _ state: State
  ) {
    guard isAlive(entry.map, state, []) else { return }
    var event = event(.freeBeforeRemove, entry, pointer, role, at: site)
    event.isUnderOneLock = state.locks.contains { $0.mode == .exclusive && pointer.locks.contains($0.acquisition) }
    emit(event)
  }
}
