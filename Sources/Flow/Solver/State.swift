/// One thing that is known of a value on a path: whether it is nil, zero, false.
struct Knowledge: Sendable, Hashable {
  var value: ValueNumber
  var isTrue: Bool
}

/// What a field of an object holds, where it is not what it held at entry.
struct FieldBinding: Sendable, Hashable {
  var base: ValueNumber
  var field: Symbol
  var value: ValueNumber
}

/// An entry that a map is known to have.
struct MapEntry: Sendable, Hashable {
  enum Origin: UInt8, Sendable, Hashable {
    /// It was stored on this path.
    case stored
    /// It was looked up: it was there before.
    case lookedUp
    /// It is the entry of a round of a loop over the map.
    case ranged
  }

  var map: ValueNumber
  var key: ValueNumber
  var value: ValueNumber
  /// The boolean that says whether it is there; `none` when nobody asked.
  var found: ValueNumber
  var site: SiteID
  var origin: Origin
  /// Whether something may have removed it: a removal with a key that may be equal, a call of unknown code.
  var mayBeRemoved = false
  /// Whether it was compared with a token after what it holds had been released, and is the one that was meant.
  var isConfirmed = false
}

/// What has happened to the memory a value points at.
struct PointerState: Sendable, Hashable {
  var value: ValueNumber
  /// Where C allocated it; `none` when it came from outside.
  var allocated: SiteID = .none
  /// Where it was released; `none` while it lives.
  var released: SiteID = .none
  var release: Release?
  /// The locks held at the release, by the number of their acquisition.
  var locks: [Int32] = []
  /// References taken and not given back.
  var retains: Int8 = 0
  /// Where a map handed it out after it had been released.
  var staleLookup: SiteID = .none
  /// Whether it went where it is not followed.
  var isEscaped = false
  /// The C function that keeps it.
  var keeper = Symbol.empty
}

/// A lock that is held.
struct HeldLock: Sendable, Hashable {
  var base: ValueNumber
  var field: Symbol
  var mode: LockMode
  /// The site at which it was taken: two sections under one lock have two numbers.
  var acquisition: Int32
}

/// A call that waits for the end of the function, its operands already evaluated.
struct DeferredCall: Sendable, Hashable {
  var instruction: Int32
  var callee: ValueNumber
  var arguments: [ValueNumber]
}

/// A value that a map has dropped, and how.
struct DroppedValue: Sendable, Hashable {
  var map: ValueNumber
  var value: ValueNumber
  var site: SiteID
  var stored: SiteID
  var isOverwrite: Bool
}

/// All that is known at a point of one path. Small arrays, shared until they are written.
struct State: Sendable, Hashable {
  var environment: [ValueNumber]
  var fields: [FieldBinding] = []
  var entries: [MapEntry] = []
  var pointers: [PointerState] = []
  var knowledge: [Knowledge] = []
  var locks: [HeldLock] = []
  var deferred: [DeferredCall] = []
  var dropped: [DroppedValue] = []
  var effects: [PlacedEffect] = []
  /// Entries that were removed after what they hold had been released: the release, for callers that ask who mended it.
  var isPanicking = false

  /// Mixes the parts that tell most states apart; equality looks at everything.
  func hash(into hasher: inout Hasher) {
    var mixed = QuickHash()
    for value in environment { mixed.add(value.index) }
    for binding in fields {
      mixed.add(binding.base.index, binding.field.rawValue)
      mixed.add(binding.value.index)
    }
    for entry in entries {
      mixed.add(entry.map.index, entry.key.index)
      mixed.add(entry.value.index, entry.found.index)
    }
    for pointer in pointers { mixed.add(pointer.value.index, pointer.released.index) }
    for known in knowledge { mixed.add(known.value.index, known.isTrue ? 1 : 0) }
    mixed.add(Int32(locks.count), Int32(deferred.count))
    for effect in effects { mixed.add(effect.site.index) }
    hasher.combine(mixed.value)
  }

  func binding(_ base: ValueNumber, _ field: Symbol) -> ValueNumber? {
    for binding in fields where binding.base == base && binding.field == field { return binding.value }
    return nil
  }

  mutating func bind(_ base: ValueNumber, _ field: Symbol, _ value: ValueNumber) {
    for index in fields.indices where fields[index].base == base && fields[index].field == field {
      fields[index].value = value
      return
    }
    fields.append(FieldBinding(base: base, field: field, value: value))
  }

  func truth(_ value: ValueNumber) -> Bool? {
    for known in knowledge where known.value == value { return known.isTrue }
    return nil
  }

  func pointer(_ value: ValueNumber) -> PointerState? {
    for pointer in pointers where pointer.value == value { return pointer }
    return nil
  }

  func isReleased(_ value: ValueNumber) -> Bool {
    for pointer in pointers where pointer.value == value { return pointer.released != .none }
    return false
  }

  mutating func updatePointer(_ value: ValueNumber, _ change: (inout PointerState) -> Void) {
    for index in pointers.indices where pointers[index].value == value {
      change(&pointers[index])
      return
    }
    var new = PointerState(value: value)
    change(&new)
    pointers.append(new)
  }

  /// Puts one value in the place of another everywhere.
  mutating func replace(_ old: ValueNumber, by new: ValueNumber) {
    for index in environment.indices where environment[index] == old { environment[index] = new }
    for index in fields.indices {
      if fields[index].base == old { fields[index].base = new }
      if fields[index].value == old { fields[index].value = new }
    }
    for index in entries.indices {
      if entries[index].map == old { entries[index].map = new }
      if entries[index].key == old { entries[index].key = new }
      if entries[index].value == old { entries[index].value = new }
      if entries[index].found == old { entries[index].found = new }
    }
    for index in deferred.indices {
      if deferred[index].callee == old { deferred[index].callee = new }
      for argument in deferred[index].arguments.indices where deferred[index].arguments[argument] == old {
        deferred[index].arguments[argument] = new
      }
    }
    for index in dropped.indices where dropped[index].value == old { dropped[index].value = new }
    for index in locks.indices where locks[index].base == old { locks[index].base = new }
  }
}
