/// How memory of C ends.
struct Release: Sendable, Hashable {
  /// Whether only a reference is given back, so that the memory may live on.
  var isReference: Bool
  /// How it is known.
  var confidence: ForeignFunction.Confidence
  /// The C function.
  var function: Symbol
  /// Whether it was only lent for a call that is over.
  var isLoan = false
}

/// A step that callers can notice. The effects of a path, in order, are its summary: a straight program over the values of the function
/// that a caller runs again with its own values.
enum Effect: Sendable, Hashable {
  case allocate(ValueNumber, release: Symbol)
  case make(ValueNumber)
  case store(base: ValueNumber, field: Symbol, ValueNumber)
  case mapStore(map: ValueNumber, key: ValueNumber, value: ValueNumber, isConditional: Bool)
  case mapLoad(map: ValueNumber, key: ValueNumber, value: ValueNumber, found: ValueNumber)
  case mapNext(map: ValueNumber, key: ValueNumber, value: ValueNumber, found: ValueNumber)
  case mapDelete(map: ValueNumber, key: ValueNumber, expected: ValueNumber)
  case mapClear(map: ValueNumber)
  case free(ValueNumber, Release)
  case freeAll(function: Symbol)
  case retain(ValueNumber)
  case escape(ValueNumber)
  case use(ValueNumber)
  case lock(base: ValueNumber, field: Symbol, LockMode)
  case unlock(base: ValueNumber, field: Symbol, LockMode)
  /// A function value that only the caller knows.
  case callValue(ValueNumber, [ValueNumber])
  /// A method of an interface, of a receiver whose type only the caller knows.
  case callMethod(Symbol, [ValueNumber], results: [ValueNumber])
  /// Code that nobody here has seen ran.
  case unknownCall

  /// The values that it reads.
  var operands: [ValueNumber] {
    switch self {
    case .allocate, .make, .freeAll, .unknownCall: []
    case .store(let base, _, let value): [base, value]
    case .mapStore(let map, let key, let value, _): [map, key, value]
    case .mapLoad(let map, let key, _, _): [map, key]
    case .mapNext(let map, _, _, _): [map]
    case .mapDelete(let map, let key, let expected): [map, key, expected]
    case .mapClear(let map): [map]
    case .free(let value, _), .retain(let value), .escape(let value), .use(let value): [value]
    case .lock(let base, _, _), .unlock(let base, _, _): [base]
    case .callValue(let function, let arguments): [function] + arguments
    case .callMethod(_, let arguments, _): arguments
    }
  }

  /// The values that it makes.
  var made: [ValueNumber] {
    switch self {
    case .allocate(let value, _), .make(let value): [value]
    case .mapLoad(_, _, let value, let found): [value, found]
    case .mapNext(_, let key, let value, let found): [key, value, found]
    case .callMethod(_, _, let results): results
    default: []
    }
  }

  /// Visits the values that it reads, and most of those that it makes, without a list of them.
  @inline(__always)
  func visitValues(_ visit: (ValueNumber) -> Void) {
    switch self {
    case .freeAll, .unknownCall: break
    case .allocate(let value, _), .make(let value), .free(let value, _), .retain(let value), .escape(let value),
      .use(let value), .mapClear(let value), .lock(let value, _, _), .unlock(let value, _, _):
      visit(value)
    case .store(let base, _, let value):
      visit(base)
      visit(value)
    case .mapStore(let map, let key, let value, _), .mapDelete(let map, let key, let value):
      visit(map)
      visit(key)
      visit(value)
    case .mapLoad(let map, let key, let value, let found), .mapNext(let map, let key, let value, let found):
      visit(map)
      visit(key)
      visit(value)
      visit(found)
    case .callValue(let function, let arguments):
      visit(function)
      arguments.forEach(visit)
    case .callMethod(_, let arguments, let results):
      arguments.forEach(visit)
      results.forEach(visit)
    }
  }

  /// Whether it matters only for the values that it makes.
  var isPure: Bool {
    switch self {
    case .make, .mapLoad, .mapNext: true
    default: false
    }
  }
}

/// An effect and where it happens.
struct PlacedEffect: Sendable, Hashable {
  var effect: Effect
  var site: SiteID

  /// Mixes the site and the values that are read and made, which tell effects of one function apart; equality looks at everything.
  func hash(into hasher: inout Hasher) {
    var mixed = QuickHash()
    mixed.add(site.index)
    effect.visitValues { mixed.add($0.index) }
    hasher.combine(mixed.value)
  }
}

/// One way through a function, as its callers see it.
struct SummaryCase: Sendable, Hashable {
  var effects: [PlacedEffect]
  var results: [ValueNumber]
  /// What captured variables hold afterwards, by the number of the capture, where that has changed.
  var captures: [Int32: ValueNumber]
  /// What is known on this way of the values that `effects` and `results` name: true is not nil, not zero.
  var knowledge: [Knowledge]
  /// Whether it ends in a panic.
  var isPanic: Bool
}

/// What a function does, for its callers.
struct Summary: Sendable {
  static let maximumCases = 8
  static let maximumEffects = 48

  /// The ways through it; never more than `maximumCases`.
  var cases: [SummaryCase]
  /// Whether ways or effects are missing because there were too many.
  var isIncomplete: Bool

  /// Whether a call of it changes nothing and returns nothing that is followed.
  var isTrivial: Bool

  /// Whether memory of C that callers can know begins or ends in it.
  var endsMemory: Bool {
    cases.contains { entry in
      entry.effects.contains {
        switch $0.effect {
        case .free, .freeAll, .allocate: true
        default: false
        }
      }
    }
  }
}

extension Effect {
  /// The same effect on other values.
  func map(_ change: (ValueNumber) -> ValueNumber) -> Effect {
    switch self {
    case .allocate(let value, let release): .allocate(change(value), release: release)
    case .make(let value): .make(change(value))
    case .store(let base, let field, let value): .store(base: change(base), field: field, change(value))
    case .mapStore(let map, let key, let value, let isConditional):
      .mapStore(map: change(map), key: change(key), value: change(value), isConditional: isConditional)
    case .mapLoad(let map, let key, let value, let found):
      .mapLoad(map: change(map), key: change(key), value: change(value), found: change(found))
    case .mapNext(let map, let key, let value, let found):
      .mapNext(map: change(map), key: change(key), value: change(value), found: change(found))
    case .mapDelete(let map, let key, let expected):
      .mapDelete(map: change(map), key: change(key), expected: change(expected))
    case .mapClear(let map): .mapClear(map: change(map))
    case .free(let value, let release): .free(change(value), release)
    case .retain(let value): .retain(change(value))
    case .escape(let value): .escape(change(value))
    case .use(let value): .use(change(value))
    case .lock(let base, let field, let mode): .lock(base: change(base), field: field, mode)
    case .unlock(let base, let field, let mode): .unlock(base: change(base), field: field, mode)
    case .callValue(let function, let arguments): .callValue(change(function), arguments.map(change))
    case .callMethod(let name, let arguments, let results):
      .callMethod(name, arguments.map(change), results: results.map(change))
    case .freeAll, .unknownCall: self
    }
  }
}
