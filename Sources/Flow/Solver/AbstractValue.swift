/// The number of an abstract value in the `ValueTable` of a function. Equal numbers mean the same value on one path.
struct ValueNumber: Sendable, Hashable, Comparable {
  var index: Int32

  /// No value: a variable that is not set.
  static let none = ValueNumber(index: -1)
  /// The base under which globals are fields.
  static let globals = ValueNumber(index: 0)

  static func < (left: ValueNumber, right: ValueNumber) -> Bool { left.index < right.index }
}

/// What makes a value: two values with one definition are one value.
enum Definition: Sendable, Hashable {
  /// The imaginary object whose fields are the globals.
  case globals
  /// What the caller passes: parameters first, then captures.
  case parameter(Int32)
  /// What a field of an object, or a global, held when the function was entered.
  case field(ValueNumber, Symbol)
  /// Made by an instruction; the index tells several results apart.
  case instruction(Int32, Int32)
  /// Made by a callee: the instruction of the call, and the value in the callee's table.
  case replayed(Int32, FunctionID, ValueNumber)
  case constant(Constant)
  case function(Symbol)
  /// The address of a local variable.
  case variableAddress(VariableID)
  /// The address of a field.
  case fieldAddress(ValueNumber, Symbol)
  /// All earlier values of one instruction in a loop, taken together.
  case blurred(ValueNumber)

  /// Mixes the case and its numbers; equality looks at everything.
  func hash(into hasher: inout Hasher) {
    var mixed = QuickHash()
    switch self {
    case .globals: mixed.add(0)
    case .parameter(let index): mixed.add(1, index)
    case .field(let base, let field):
      mixed.add(2, base.index)
      mixed.add(field.rawValue)
    case .instruction(let number, let index):
      mixed.add(3, number)
      mixed.add(index)
    case .replayed(let number, let function, let value):
      mixed.add(4, number)
      mixed.add(function.rawValue, value.index)
    case .constant(let constant):
      mixed.add(5)
      hasher.combine(constant)
    case .function(let symbol): mixed.add(6, symbol.rawValue)
    case .variableAddress(let variable): mixed.add(7, variable.rawValue)
    case .fieldAddress(let base, let field):
      mixed.add(8, base.index)
      mixed.add(field.rawValue)
    case .blurred(let value): mixed.add(9, value.index)
    }
    hasher.combine(mixed.value)
  }
}

/// How a value came to be, where that decides.
enum ValueSource: UInt8, Sendable, Hashable {
  /// Given from outside, or not known.
  case unknown
  /// Memory that C allocated here.
  case foreignAllocation
  /// Memory that the language manages, made here.
  case managed
  /// A map made here.
  case map
  /// A value that is not an address: counters, computed numbers.
  case number
  /// Out of a map: looked up, or the key or value of a round of a loop.
  case mapLookup
  case mapKey
}

/// What a table knows of a value.
struct AbstractValue: Sendable {
  var definition: Definition
  var type: ValueType
  var source: ValueSource
  /// What it is called, for messages: the first variable it was in.
  var name: Symbol = .empty
}

/// The values of a function.
struct ValueTable: Sendable {
  private(set) var values: [AbstractValue] = [
    AbstractValue(definition: .globals, type: .unknown, source: .unknown)
  ]
  private var numbers: [Definition: ValueNumber] = [.globals: .globals]
  private var fields: [ValueNumber: [ValueNumber]] = [:]

  init() {}

  /// A table of a solved function, to which nothing is added any more.
  init(_ values: [AbstractValue]) { if !values.isEmpty { self.values = values } }

  /// What is known of a value; of no value nothing is.
  subscript(_ value: ValueNumber) -> AbstractValue { values[max(0, Int(value.index))] }

  var count: Int { values.count }

  /// What fields of an object held at first.
  func fields(of base: ValueNumber) -> [ValueNumber] { fields[base] ?? [] }

  /// The number of a definition, made when it is new.
  mutating func number(
    _ definition: Definition, type: ValueType = .unknown, source: ValueSource = .unknown
  ) -> ValueNumber {
    if let known = numbers[definition] {
      if values[Int(known.index)].type.class == .unknown { values[Int(known.index)].type = type }
      return known
    }
    let number = ValueNumber(index: Int32(values.count))
    values.append(AbstractValue(definition: definition, type: type, source: source))
    numbers[definition] = number
    if case .field(let base, _) = definition { fields[base, default: []].append(number) }
    return number
  }

  mutating func name(_ value: ValueNumber, _ name: Symbol) {
    if value.index > 0, values[Int(value.index)].name == .empty { values[Int(value.index)].name = name }
  }

  mutating func setType(_ value: ValueNumber, _ type: ValueType) {
    guard value.index > 0 else { return }
    if values[Int(value.index)].type.class == .unknown { values[Int(value.index)].type = type }
  }
}

/// The number of a site in the `SiteTable` of a function.
struct SiteID: Sendable, Hashable {
  var index: Int32
  static let none = SiteID(index: -1)
}

/// Where something happens: at an instruction, or inside a function that an instruction calls.
struct Site: Sendable, Hashable {
  /// The expression in this function: of the event itself, or of the call.
  var range: SourceRange
  /// Its statement.
  var statement: SourceRange
  /// Where it happens in the callee; `nil` when it happens here.
  var inner: Inner?

  /// Mixes what tells sites of one function apart; equality looks at everything.
  func hash(into hasher: inout Hasher) {
    var mixed = QuickHash()
    mixed.add(Int32(bitPattern: range.start), Int32(bitPattern: statement.start))
    if let inner { mixed.add(inner.function.rawValue, inner.site.index) }
    hasher.combine(mixed.value)
  }

  /// A site of another function.
  struct Inner: Sendable, Hashable {
    var function: FunctionID
    var site: SiteID
  }
}

/// The sites of a function.
struct SiteTable: Sendable {
  private(set) var sites: [Site] = []
  private var numbers: [Site: SiteID] = [:]

  init() {}

  /// A table of a solved function, to which nothing is added any more.
  init(_ sites: [Site]) { self.sites = sites }

  subscript(_ site: SiteID) -> Site { sites[Int(site.index)] }

  mutating func number(_ site: Site) -> SiteID {
    if let known = numbers[site] { return known }
    let number = SiteID(index: Int32(sites.count))
    sites.append(site)
    numbers[site] = number
    return number
  }
}
