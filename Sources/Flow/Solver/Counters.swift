/// The numbers of a program that only count: variables, fields and globals that something steps by a constant and that never hold an address.
struct Counters {
  private let program: Program
  private let element: Symbol
  private var counters: Set<Symbol> = []
  private var addresses: Set<Symbol> = []
  /// Functions that return a counter's value.
  private var sources: Set<Symbol> = []

  init(_ program: Program) {
    self.program = program
    element = program.element
    let ids = program.functionIDs
    for id in ids where program.traits(id).isSuperset(of: [.counts, .stores]) { findSteps(program.function(id)) }
    // What is stored in a counter's place may be an address after all.
    if !counters.isEmpty {
      for id in ids where program.traits(id).contains(.stores) { findAddresses(program.function(id)) }
    }
    counters.subtract(addresses)
    // A counter's value is handed on by functions and kept in fields, one behind the other. After the first round only those matter that read what was new in the one
    // before.
    let readers = ids.filter { program.traits($0).contains(.handsOnNumbers) }.map { id in
      (
        id: id,
        reads: reads(program.function(id), computes: !program.traits(id).isDisjoint(with: [.computes, .counts]))
      )
    }
    var new: (counters: Set<Symbol>, sources: Set<Symbol>)?
    for _ in 0..<3 {
      let before = (counters: counters, sources: sources)
      for reader in readers where canHandOn(reader.reads, new) { propagate(program.function(reader.id)) }
      let added = (counters: counters.subtracting(before.counters), sources: sources.subtracting(before.sources))
      if added.counters.isEmpty, added.sources.isEmpty { break }
      new = added
    }
  }

  /// Where a function that hands numbers on has them from.
  private struct Reads {
    var fieldsAndGlobals: [Symbol] = []
    var functions: [Symbol] = []
    /// Whether it counts or computes some itself.
    var computes: Bool
  }

  private func reads(_ function: Function, computes: Bool) -> Reads {
    var result = Reads(computes: computes)
    for call in function.calls { if case .function(let name) = call.callee { result.functions.append(name) } }
    for block in function.blocks {
      for instruction in block.instructions {
        if case .load(_, let path) = instruction.operation, let symbol = place(path, function) {
          result.fieldsAndGlobals.append(symbol)
        }
      }
    }
    return result
  }

  /// Whether something in a function can be a counter's value: counted there, an index, or read from what is known to count; with `new`, from that.
  private func canHandOn(_ reads: Reads, _ new: (counters: Set<Symbol>, sources: Set<Symbol>)?) -> Bool {
    // In the first round, functions that come to be known in it count as well.
    guard let new else {
      return reads.computes || !reads.functions.isEmpty || reads.fieldsAndGlobals.contains(where: counters.contains)
    }
    return !new.sources.isEmpty && reads.functions.contains(where: new.sources.contains)
      || !new.counters.isEmpty && reads.fieldsAndGlobals.contains(where: new.counters.contains)
  }

  /// The field or global that a path names. Elements of lists have no name of their own.
  private func place(_ path: PathID, _ function: Function) -> Symbol? {
    let path = function.paths[Int(path.rawValue)]
    if let field = path.fields.last { return field == element ? nil : field }
    if case .global(let symbol) = path.root { return symbol }
    return nil
  }

  private static func isNumber(_ type: ValueType) -> Bool { type.class == .plain || type.class == .integerAddress }

  private mutating func findSteps(_ function: Function) {
    var counted: Set<VariableID> = []
    for block in function.blocks {
      for instruction in block.instructions {
        switch instruction.operation {
        case .fresh(let into, .counter): counted.insert(into)
        case .store(let path, let from) where counted.contains(from):
          if let symbol = place(path, function) { counters.insert(symbol) }
        default: break
        }
      }
    }
  }

  private mutating func findAddresses(_ function: Function) {
    var definitions: Definitions?
    for block in function.blocks {
      for instruction in block.instructions {
        guard case .store(let path, let from) = instruction.operation, let symbol = place(path, function),
          counters.contains(symbol)
        else { continue }
        let known = definitions ?? Definitions(function)
        definitions = known
        if mayBeAddress(from, known, depth: 0) { addresses.insert(symbol) }
      }
    }
  }

  private mutating func propagate(_ function: Function) {
    let definitions = Definitions(function)
    for block in function.blocks {
      for instruction in block.instructions {
        guard case .store(let path, let from) = instruction.operation, let symbol = place(path, function),
          !counters.contains(symbol), !addresses.contains(symbol), isCounter(from, definitions)
        else { continue }
        counters.insert(symbol)
      }
      if case .return(let values) = block.terminator, values.count == 1, isCounter(values[0], definitions) {
        sources.insert(function.symbol)
      }
    }
  }

  // MARK: Questions

  /// The counters, among fields and globals, that are keys of maps somewhere.
  func keysOfMaps() -> Set<Symbol> {
    var result: Set<Symbol> = []
    if counters.isEmpty { return result }
    for id in program.functionIDs where program.traits(id).contains(.usesMaps) {
      let function = program.function(id)
      var definitions: Definitions?
      for block in function.blocks {
        for instruction in block.instructions {
          guard case .map(let access) = instruction.operation, let key = access.key, access.kind != .next,
            Self.isNumber(function.variables[Int(key.rawValue)].type)
          else { continue }
          let known = definitions ?? Definitions(function)
          definitions = known
          if let counter = counter(behind: key, known) { result.insert(counter) }
        }
      }
    }
    return result
  }

  /// The field or global that a counter's value comes from.
  func counter(behind variable: VariableID, _ definitions: Definitions) -> Symbol? {
    guard case .load(_, let path)? = definitions.origin(of: variable)?.operation,
      let symbol = place(path, definitions.function), counters.contains(symbol)
    else { return nil }
    return symbol
  }

  /// Whether a value is a number added to the address nil: a pointer made of it is none.
  static func isAddedToNil(_ variable: VariableID, _ definitions: Definitions) -> Bool {
    guard case .compute(_, let operands)? = definitions.origin(of: variable)?.operation else { return false }
    return operands.contains { operand in
      let all = definitions.definitions(of: operand)
      guard all.count == 1, case .convert(_, let from, .pointerToInteger) = all[0].operation else { return false }
      guard let nothing = definitions.origin(of: from), case .constant(let empty, .nil) = nothing.operation else {
        return false
      }
      return !hasAddressTaken(empty, definitions.function) && !hasAddressTaken(from, definitions.function)
    }
  }

  /// Whether others can set a variable: what C stores there is not seen.
  private static func hasAddressTaken(_ variable: VariableID, _ function: Function) -> Bool {
    function.variables[Int(variable.rawValue)].isCaptured
      || function.blocks.contains { block in
        block.instructions.contains {
          if case .address(_, let path) = $0.operation {
            function.paths[Int(path.rawValue)].root == .variable(variable)
          } else {
            false
          }
        }
      }
  }

  /// Whether a value is a counter's.
  func isCounter(_ variable: VariableID, _ definitions: Definitions) -> Bool {
    let function = definitions.function
    if let origin = definitions.origin(of: variable) {
      switch origin.operation {
      case .fresh(_, .counter): return !stepsAddress(origin, definitions)
      case .load(_, let path): return place(path, function).map { counters.contains($0) } ?? false
      case .call(let number):
        if case .function(let name) = function.calls[Int(number)].callee { return sources.contains(name) }
        return false
      default: return isIndex(origin, function)
      }
    }
    // A local that is counted up has several definitions, one of them the counting, and none an address.
    guard let counted = source(of: variable, definitions) else { return false }
    let all = definitions.definitions(of: counted)
    guard !function.parameters.contains(counted), all.count > 1 else { return false }
    if all.allSatisfy({ isIndex(definitions.instruction(behind: $0), function) }) { return true }
    return all.contains { isStep($0, definitions) }
      && all.allSatisfy { isStep($0, definitions) || !mayBeAddress($0, definitions, depth: 0) }
  }

  /// Whether a number is an index in a list, or the length of one: small, like a counter.
  private func isIndex(_ instruction: Instruction, _ function: Function) -> Bool {
    // An element of a list is computed from it as well, but is not necessarily an `int`.
    guard case .compute(let into, let from) = instruction.operation,
      program.symbols.name(function.variables[Int(into.rawValue)].type.name) == "int"
    else { return false }
    return from.allSatisfy { function.variables[Int($0.rawValue)].type.class == .list }
  }

  /// The variable behind copies and conversions that is assigned more than once.
  private func source(of variable: VariableID, _ definitions: Definitions) -> VariableID? {
    var variable = variable
    for _ in 0..<16 {
      guard let only = definitions.only(of: variable) else {
        return definitions.count(of: variable) == 0 ? nil : variable
      }
      switch only.operation {
      case .copy(_, let from), .convert(_, let from, _): variable = from
      default: return nil
      }
    }
    return nil
  }

  private func isStep(_ instruction: Instruction, _ definitions: Definitions) -> Bool {
    switch instruction.operation {
    case .fresh(_, .counter): return true
    case .copy(_, let from), .store(_, let from):
      if case .fresh(_, .counter)? = definitions.origin(of: from)?.operation { return true }
      return false
    default: return false
    }
  }

  /// Whether what a step counts up is a variable that holds an address.
  private func stepsAddress(_ step: Instruction, _ definitions: Definitions) -> Bool {
    let function = definitions.function
    guard case .fresh(let value, .counter) = step.operation else { return false }
    for block in function.blocks {
      for instruction in block.instructions {
        switch instruction.operation {
        case .copy(let into, let from) where from == value:
          return definitions.definitions(of: into).contains {
            !isStep($0, definitions) && mayBeAddress($0, definitions, depth: 0)
          } || function.parameters.contains(into)
        case .store(let path, let from) where from == value:
          return place(path, function).map { addresses.contains($0) } ?? false
        default: break
        }
      }
    }
    return false
  }

  // MARK: Addresses

  private func mayBeAddress(_ variable: VariableID, _ definitions: Definitions, depth: Int) -> Bool {
    if depth > 8 { return true }
    let type = definitions.function.variables[Int(variable.rawValue)].type
    if type.class != .plain && type.class != .integerAddress { return true }
    if definitions.function.parameters.contains(variable) { return type.class == .integerAddress }
    return definitions.definitions(of: variable).contains { mayBeAddress($0, definitions, depth: depth + 1) }
  }

  private func mayBeAddress(_ instruction: Instruction, _ definitions: Definitions, depth: Int) -> Bool {
    let function = definitions.function
    switch instruction.operation {
    case .constant, .fresh(_, .counter): return false
    case .convert(_, _, .pointerToInteger): return true
    case .copy(_, let from), .convert(_, let from, _), .store(_, let from):
      return mayBeAddress(from, definitions, depth: depth)
    case .compute(_, let from):
      return from.contains { mayBeAddress($0, definitions, depth: depth) }
    case .load(let into, let path):
      if let symbol = place(path, function), counters.contains(symbol) { return addresses.contains(symbol) }
      return function.variables[Int(into.rawValue)].type.class == .integerAddress
    case .call(let number):
      let results = function.calls[Int(number)].results
      return results.contains { function.variables[Int($0.rawValue)].type.class == .integerAddress }
    default: return true
    }
  }
}
