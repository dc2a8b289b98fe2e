/// What the values of interface variables are for certain: the static type that a value had before it became an interface, in the function or in the one that
/// returned it. Made on demand; used by one thread.
final class ConcreteTypes {
  private let program: Program
  private let graph: CallGraph
  private var results: [FunctionID: ValueType?] = [:]
  private var keys: [FunctionID: [Int: SourceRange]] = [:]
  private var definitions: [FunctionID: Definitions] = [:]

  init(_ program: Program, _ graph: CallGraph) {
    self.program = program
    self.graph = graph
  }

  func definitions(of id: FunctionID) -> Definitions {
    if let known = definitions[id] { return known }
    let made = Definitions(program.function(id))
    definitions[id] = made
    return made
  }

  /// The unhashable type that a value used as a key has, or has in a field or element; nil when it has none, or may be anything.
  func unhashable(_ variable: VariableID, in id: FunctionID) -> ValueType? {
    let definitions = definitions(of: id)
    guard let (found, type) = concrete(variable, id, definitions) else { return nil }
    if Self.isUnhashable(type) { return type }
    guard type.class == .aggregate || type.class == .list, let found else { return nil }
    return part(of: found, id, definitions)
  }

  private static func isUnhashable(_ type: ValueType) -> Bool {
    type.unhashable != .none || type.class == .function || type.class == .map
  }

  /// The variable that was made an interface, and its type. The variable is missing where it belongs to a callee.
  private func concrete(
    _ variable: VariableID, _ id: FunctionID, _ definitions: Definitions
  ) -> (VariableID?, ValueType)? {
    var variable = variable
    for _ in 0..<16 {
      let own = definitions.function.variables[Int(variable.rawValue)].type
      if own.class != .interface && own.class != .unknown { return (variable, own) }
      let all = definitions.definitions(of: variable)
      guard all.count == 1 else { return nil }
      switch all[0].operation {
      case .copy(_, let from), .convert(_, let from, _): variable = from
      case .load(_, let path):
        let place = definitions.function.paths[Int(path.rawValue)]
        guard case .variable(let from) = place.root, place.fields.isEmpty else { return nil }
        variable = from
      case .call(let number):
        let call = definitions.function.calls[Int(number)]
        let targets = graph.targets(of: id, call: number)
        guard call.results.count == 1, targets.count == 1, graph.isResolved(id, call: number) else { return nil }
        return result(of: targets[0]).map { (nil, $0) }
      default: return nil
      }
    }
    return nil
  }

  /// The one type that a function returns as an interface.
  private func result(of id: FunctionID) -> ValueType? {
    if let known = results[id] { return known }
    results[id] = .some(nil)
    let function = program.function(id)
    guard function.resultTypes.count == 1 else { return nil }
    let definitions = definitions(of: id)
    var found: ValueType?
    for block in function.blocks {
      guard case .return(let values) = block.terminator else { continue }
      guard let value = values.first, let (_, type) = concrete(value, id, definitions),
        Self.isUnhashable(type), found == nil || found == type
      else { return nil }
      found = type
    }
    results[id] = .some(found)
    return found
  }

  /// The type of something unhashable that is stored in an interface field, or element, of a value that is made here.
  private func part(of variable: VariableID, _ id: FunctionID, _ definitions: Definitions) -> ValueType? {
    guard let origin = definitions.origin(of: variable), case .fresh(let made, .managed) = origin.operation else {
      return nil
    }
    let function = definitions.function
    for block in function.blocks {
      for instruction in block.instructions {
        guard case .store(let path, let from) = instruction.operation else { continue }
        let place = function.paths[Int(path.rawValue)]
        guard place.root == .variable(made), place.fields.count == 1, from != made else { continue }
        if let (_, type) = concrete(from, id, definitions), Self.isUnhashable(type) { return type }
      }
    }
    return nil
  }

  // MARK: Functions that use a parameter as a key

  /// The parameters of interface type that a function hands to a map as keys, without asking what they are.
  func keyParameters(of id: FunctionID) -> [Int: SourceRange] {
    if let known = keys[id] { return known }
    keys[id] = [:]
    let function = program.function(id)
    let isCandidate = function.parameters.contains {
      function.variables[Int($0.rawValue)].type.class == .interface
    }
    guard isCandidate, !recovers(function), !asks(function) else { return [:] }
    let definitions = definitions(of: id)
    let unit = program.unitIndex(of: id)
    func parameter(_ variable: VariableID) -> Int? {
      var variable = variable
      for _ in 0..<8 {
        let all = definitions.definitions(of: variable)
        if let index = function.parameters.firstIndex(of: variable) {
          // A parameter of a concrete type has decided itself what the key is.
          return all.isEmpty && function.variables[Int(variable.rawValue)].type.class == .interface ? index : nil
        }
        guard all.count == 1, case .copy(_, let from) = all[0].operation else { return nil }
        variable = from
      }
      return nil
    }
    var found: [Int: SourceRange] = [:]
    for block in function.blocks {
      for instruction in block.instructions {
        switch instruction.operation {
        case .map(let access):
          guard access.kind != .next, let key = access.key, let index = parameter(key), found[index] == nil,
            program.mapType(access.mapType, unit: unit)?.keyCanBeUnhashable == true
          else { continue }
          found[index] = instruction.range
        case .call(let number):
          let call = function.calls[Int(number)]
          let targets = graph.targets(of: id, call: number)
          guard call.mode == .direct, targets.count == 1, graph.isResolved(id, call: number) else { continue }
          let inner = keyParameters(of: targets[0])
          for (position, argument) in call.arguments.enumerated() {
            guard inner[position] != nil, let index = parameter(argument), found[index] == nil else { continue }
            found[index] = call.argumentRanges[position]
          }
        default: break
        }
      }
    }
    keys[id] = found
    return found
  }

  /// Whether a function, or one that it defers, stops panics.
  func recovers(_ function: Function) -> Bool {
    function.calls.contains { call in
      guard call.mode == .deferred, case .function(let name) = call.callee, let id = program.function(named: name)
      else {
        return false
      }
      return program.function(id).blocks.contains { block in
        block.instructions.contains { if case .fresh(_, .recovered) = $0.operation { true } else { false } }
      }
    }
  }

  /// Whether a function asks if something can be hashed.
  private func asks(_ function: Function) -> Bool {
    function.calls.contains { call in
      guard case .library(let name) = call.callee else { return false }
      return program.symbols.name(name).hasSuffix(".Comparable")
    }
  }
}
