/// The number of a function among all functions of an analysis, counted through the units in their order.
public struct FunctionID: Sendable, Hashable, RawRepresentable, Comparable {
  /// The index.
  public var rawValue: Int32
  /// A function by its index.
  public init(rawValue: Int32) { self.rawValue = rawValue }
  /// Compares by index.
  public static func < (left: FunctionID, right: FunctionID) -> Bool { left.rawValue < right.rawValue }
}

/// All units of an analysis with their functions numbered through, and what is known of C in each.
public struct Program: Sendable {
  /// The units.
  public let units: [Unit]
  /// The names.
  public let symbols: SymbolTable
  /// For each function its unit and its index there.
  private let places: [(unit: Int32, index: Int32)]
  private let byName: [Symbol: FunctionID]
  /// The name of what lists hold, in paths.
  let element: Symbol
  /// For each function the first one that is the same source: units for several systems share most of their files.
  private let originals: [FunctionID]
  /// Of fields and globals of units for further systems the name that they have in the first one.
  private let common: [Symbol: Symbol]
  private let foreign: [[Symbol: ForeignFunction]]
  /// For each unit whether C calls back on the main thread only, as far as the headers say.
  private let isOnMainThread: [Bool]
  private let declarations: [Symbol: (unit: Int32, index: Int32)]
  private let traits: [FunctionTraits]

  private struct Source: Hashable {
    var range: SourceRange
    var name: Symbol
  }

  /// Numbers the functions, and finds those that are the same source.
  public init(
    units: [Unit], symbols: SymbolTable, knowledge: any ForeignKnowledge, queue: ParallelQueue = ParallelQueue()
  ) {
    self.units = units
    self.symbols = symbols
    element = symbols.intern("element")
    let places = units.enumerated().flatMap { unit, content in
      content.functions.indices.map { (unit: Int32(unit), index: Int32($0)) }
    }
    var byName: [Symbol: FunctionID] = [:]
    var originals: [FunctionID] = []
    var bySource: [Source: FunctionID] = [:]
    var declarations: [Symbol: (unit: Int32, index: Int32)] = [:]
    var common: [Symbol: Symbol] = [:]
    for (unit, content) in units.enumerated() {
      for function in content.functions {
        let id = FunctionID(rawValue: Int32(originals.count))
        var original = id
        if function.range != .none {
          let source = Source(range: function.range, name: function.displayName)
          if let known = bySource[source] { original = known } else { bySource[source] = id }
        }
        if byName[function.symbol] == nil { byName[function.symbol] = original }
        originals.append(original)
      }
      for (index, declaration) in content.declarations.enumerated() {
        let name = Self.commonName(declaration.symbol, symbols)
        if name != declaration.symbol { common[declaration.symbol] = name }
        if declarations[name] == nil { declarations[name] = (Int32(unit), Int32(index)) }
      }
    }
    self.places = places
    functionIDs = places.indices.lazy.map { FunctionID(rawValue: Int32($0)) }.filter {
      originals[Int($0.rawValue)] == $0
    }
    traits = queue.map(count: places.count, stride: 256) { number in
      FunctionTraits(units[Int(places[number].unit)].functions[Int(places[number].index)])
    }
    let isCalling = Self.unitsThatCallC(units, traits)
    callsC = isCalling
    self.byName = byName
    self.originals = originals
    self.common = common
    self.declarations = declarations
    isOnMainThread = units.map { unit in
      !unit.startsForeignThreads && unit.foreignHeaders.contains { knowledge.isOfMainThread(header: $0) }
    }
    foreign = queue.map(count: units.count) {
      Self.foreignFunctions(of: units[$0], callsC: isCalling[$0], symbols, knowledge)
    }
  }

  private static func unitsThatCallC(_ units: [Unit], _ traits: [FunctionTraits]) -> [Bool] {
    var start = 0
    return units.map { unit in
      defer { start += unit.functions.count }
      return traits[start..<start + unit.functions.count].contains { $0.contains(.callsForeign) }
    }
  }

  private static func foreignFunctions(
    of unit: Unit, callsC: Bool, _ symbols: SymbolTable, _ knowledge: any ForeignKnowledge
  ) -> [Symbol: ForeignFunction] {
    var result: [Symbol: ForeignFunction] = [:]
    for function in unit.foreignFunctions {
      // A body that is here says what it does itself; what lies behind loops and tables, only the model tells.
      let model = knowledge.function(named: function.name).flatMap { $0.confidence == .model ? $0 : nil }
      result[symbols.intern(function.name)] = model.map(function.completed(by:)) ?? function
    }
    guard callsC else { return result }
    for function in unit.functions {
      for call in function.calls {
        guard case .foreign(let name) = call.callee, result[name] == nil else { continue }
        if let known = knowledge.function(named: symbols.name(name)) { result[name] = known }
      }
    }
    return result
  }

  /// How many functions there are.
  public var functionCount: Int { places.count }
  /// The numbers of all functions, of several that are the same source only the first one.
  public let functionIDs: [FunctionID]
  /// For each unit whether a function of it calls C.
  let callsC: [Bool]

  /// What occurs in a function.
  func traits(_ id: FunctionID) -> FunctionTraits { traits[Int(id.rawValue)] }

  /// Whether no earlier function is the same source. Only such functions are analysed, and only they are callees.
  public func isOriginal(_ id: FunctionID) -> Bool { originals[Int(id.rawValue)] == id }

  /// A function by its number.
  public func function(_ id: FunctionID) -> Function {
    let place = places[Int(id.rawValue)]
    return units[Int(place.unit)].functions[Int(place.index)]
  }

  /// The index of the unit of a function.
  public func unitIndex(of id: FunctionID) -> Int { Int(places[Int(id.rawValue)].unit) }

  /// The unit of a function.
  public func unit(of id: FunctionID) -> Unit { units[unitIndex(of: id)] }

  /// The function of a full name, if it has a body here.
  public func function(named symbol: Symbol) -> FunctionID? { byName[symbol] }

  /// The name of a field or global without the system that its unit is for.
  public func common(_ symbol: Symbol) -> Symbol { common[symbol] ?? symbol }

  /// The field or global that a path ends at, or that the list is in whose element it ends at, without the system. A field of a struct without a name is taken for
  /// one of the field or global before it: its own name says too little. Nil for a variable of the function.
  func declared(_ path: MemoryPath) -> Symbol? {
    guard let position = path.fields.lastIndex(where: { $0 != element }) else {
      if case .global(let symbol) = path.root { return common(symbol) }
      return nil
    }
    let field = path.fields[position]
    guard isOfUnnamedStruct(field) else { return common(field) }
    guard let owner = declared(MemoryPath(path.root, fields: Array(path.fields[..<position]))) else { return field }
    return symbols.intern(symbols.name(owner) + "." + symbols.name(field).dropFirst(Self.unnamedStruct.count))
  }

  /// Whether a field belongs to a struct type that has no name.
  func isOfUnnamedStruct(_ field: Symbol) -> Bool { symbols.name(field).utf8.starts(with: Self.unnamedStruct.utf8) }

  private static let unnamedStruct = "struct."

  /// Takes ` [windows/amd64]` out of a name.
  private static func commonName(_ symbol: Symbol, _ symbols: SymbolTable) -> Symbol {
    let name = symbols.name(symbol)
    guard let open = name.firstIndex(of: "["), let close = name[open...].firstIndex(of: "]"), open > name.startIndex,
      name[name.index(before: open)] == " "
    else { return symbol }
    return symbols.intern(String(name[..<name.index(before: open)] + name[name.index(after: close)...]))
  }

  /// Whether a call of a library is one of a method whose type was not found.
  func isUnresolvedMethod(_ name: Symbol) -> Bool { symbols.name(name).utf8.starts(with: "?.".utf8) }

  /// What is known of a C function as one unit sees it: its own C code first, then the models, then the name.
  public func foreignFunction(_ name: Symbol, unit: Int) -> ForeignFunction? { foreign[unit][name] }

  /// Whether C calls a unit back on the main thread only: its C code uses such a library, and starts no thread itself.
  public func isOnMainThread(unit: Int) -> Bool { isOnMainThread[unit] }

  /// The declaration of a field or global, where a unit lists it.
  public func declaration(_ symbol: Symbol) -> Unit.Declaration? {
    declarations[common(symbol)].map { units[Int($0.unit)].declarations[Int($0.index)] }
  }

  /// The key and value types of a map type as one unit numbers it.
  public func mapType(_ index: Int32, unit: Int) -> MapType? {
    let types = units[unit].mapTypes
    return index >= 0 && index < types.count ? types[Int(index)] : nil
  }
}
