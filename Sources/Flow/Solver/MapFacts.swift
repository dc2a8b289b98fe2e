// What happens to the maps of a program, whatever the order: inserts here, removals there.
//
// Everything that can hold a map is a node: a variable of a function, a field or global (all objects of a type taken together), a
// result. Assignments, arguments and results unite nodes (union-find, in the manner of B. Steensgaard, "Points-to analysis in almost
// linear time", POPL 1996), so that a removal through an alias, a parameter or a local copy counts for the field it came from. Maps in
// containers, and maps in maps, are united with what contains them. All of this errs towards too many removals: rules that say that
// something never happens stay silent when in doubt.

/// The facts of all maps that can hold addresses, by field or global.
struct MapFacts: Sendable {
  /// An insertion.
  struct Insert: Sendable {
    var function: FunctionID
    var range: SourceRange
    /// The type of the key as far back as the function shows it, or its callers where it is a parameter: of a `uintptr`, that of the
    /// pointer it was.
    var key: ValueType
    /// The type of the value, found in the same way.
    var value: ValueType
  }

  /// A map, or several that cannot be told apart.
  struct Group: Sendable {
    /// The fields and globals that hold it.
    var symbols: [Symbol] = []
    var inserts: [Insert] = []
    /// Functions in which single entries are removed.
    var removers: Set<FunctionID> = []
    /// Functions in which all entries go: cleared, replaced, removed in a loop over the map.
    var clearers: Set<FunctionID> = []
    /// Whether it is handed to code that is not known.
    var isEscaped = false
  }

  private(set) var groups: [Group] = []

  init(_ program: Program, _ graph: CallGraph) {
    var builder = MapFactsBuilder(program, graph)
    groups = builder.build()
  }
}

private struct MapFactsBuilder {
  let program: Program
  let graph: CallGraph
  var parents: [Int32] = []
  var symbols: [Symbol: Int32] = [:]
  var results: [FunctionID: [Int32]] = [:]
  var variableOffsets: [FunctionID: Int32] = [:]
  var facts: [(node: Int32, fact: Fact)] = []
  /// Removals of a key that is a parameter, and calls that hand over the key of a round of a loop over a map.
  var keyedRemovals: [(function: FunctionID, parameter: Int, map: Int32)] = []
  var roundKeys: [(caller: FunctionID, callee: FunctionID, parameter: Int)] = []
  /// Of fields of structs without a name the variable or field that is the struct.
  var owners: [Symbol: Symbol] = [:]

  enum Fact {
    case insert(MapFacts.Insert)
    case remove(FunctionID)
    case clear(FunctionID)
    case escape
  }

  init(_ program: Program, _ graph: CallGraph) {
    self.program = program
    self.graph = graph
  }

  mutating func build() -> [MapFacts.Group] {
    let isRelevant = program.units.map { unit in
      unit.mapTypes.contains { $0.key.isAddress || $0.value.isAddress }
    }
    let functions = program.functionIDs.filter { isRelevant[program.unitIndex(of: $0)] }
    for id in functions {
      let function = program.function(id)
      guard !program.traits(id).isDisjoint(with: [.hasMapVariables, .usesMaps, .makesMaps]) else { continue }
      variableOffsets[id] = Int32(parents.count)
      for _ in function.variables { newNode() }
    }
    for id in functions where variableOffsets[id] != nil { read(id) }
    for round in roundKeys {
      for removal in keyedRemovals where removal.function == round.callee && removal.parameter == round.parameter {
        facts.append((removal.map, .clear(round.caller)))
      }
    }
    var groups: [Int32: MapFacts.Group] = [:]
    var roots: [Int32] = []
    // In the order in which they came up: that of dictionaries changes from run to run.
    for (symbol, node) in symbols.sorted(by: { $0.value < $1.value }) {
      let root = find(node)
      if groups[root] == nil { roots.append(root) }
      groups[root, default: .init()].symbols.append(owners[symbol] ?? symbol)
    }
    for (node, fact) in facts {
      let root = find(node)
      guard groups[root] != nil else { continue }
      switch fact {
      case .insert(let insert): groups[root]!.inserts.append(insert)
      case .remove(let function): groups[root]!.removers.insert(function)
      case .clear(let function): groups[root]!.clearers.insert(function)
      case .escape: groups[root]!.isEscaped = true
      }
    }
    return roots.compactMap { groups[$0] }
  }

  // MARK: Nodes

  @discardableResult
  private mutating func newNode() -> Int32 {
    parents.append(Int32(parents.count))
    return Int32(parents.count - 1)
  }

  private mutating func find(_ node: Int32) -> Int32 {
    var root = node
    while parents[Int(root)] != root { root = parents[Int(root)] }
    var node = node
    while parents[Int(node)] != root { (parents[Int(node)], node) = (root, parents[Int(node)]) }
    return root
  }

  private mutating func unite(_ left: Int32, _ right: Int32) {
    let left = find(left)
    let right = find(right)
    if left != right { parents[Int(left)] = right }
  }

  private mutating func node(_ symbol: Symbol) -> Int32 {
    let symbol = program.common(symbol)
    if let known = symbols[symbol] { return known }
    let new = newNode()
    symbols[symbol] = new
    return new
  }

  private func node(_ id: FunctionID, _ variable: VariableID) -> Int32? {
    variableOffsets[id].map { $0 + variable.rawValue }
  }

  private mutating func node(_ id: FunctionID, _ path: MemoryPath) -> Int32? {
    if let symbol = program.declared(path) {
      let position = path.fields.lastIndex { $0 != program.element }
      if let position, program.isOfUnnamedStruct(path.fields[position]) {
        owners[symbol] = program.declared(MemoryPath(path.root, fields: Array(path.fields[..<position])))
      }
      return node(symbol)
    }
    guard case .variable(let variable) = path.root else { return nil }
    return node(id, variable)
  }

  private mutating func resultNodes(_ id: FunctionID, _ count: Int) -> [Int32] {
    if let known = results[id], known.count >= count { return known }
    var nodes = results[id] ?? []
    while nodes.count < count { nodes.append(newNode()) }
    results[id] = nodes
    return nodes
  }

  // MARK: Functions

  private mutating func read(_ id: FunctionID) {
    let function = program.function(id)
    let unit = program.unitIndex(of: id)
    let origins = KeyOrigins(function)
    if let parent = function.parent.flatMap({ program.function(named: $0) }) {
      for capture in function.captures {
        if let outer = node(parent, capture.outer), let inner = node(id, capture.inner) { unite(outer, inner) }
      }
    }
    func isMap(_ variable: VariableID) -> Bool {
      let type = function.variables[Int(variable.rawValue)].type.class
      return type == .map || type == .unknown || type == .managedPointer || type == .interface
    }
    for block in function.blocks {
      for instruction in block.instructions {
        switch instruction.operation {
        case .copy(let into, let from), .convert(let into, let from, _):
          if isMap(into) && isMap(from) { unite(node(id, into)!, node(id, from)!) }
        case .load(let into, let path), .address(let into, let path):
          if isMap(into), let source = node(id, function.paths[Int(path.rawValue)]),
            holdsMap(function, path, into)
          {
            unite(node(id, into)!, source)
          }
        case .store(let path, let from):
          guard holdsMap(function, path, from), let target = node(id, function.paths[Int(path.rawValue)])
          else {
            continue
          }
          unite(target, node(id, from)!)
          if isReplacement(path, function, origins) { facts.append((target, .clear(id))) }
        case .map(let access): read(access, instruction, id, function, unit, origins)
        case .call(let number): read(function.calls[Int(number)], number, id, function, origins)
        case .escape(let variable):
          if function.variables[Int(variable.rawValue)].type.class == .map {
            facts.append((node(id, variable)!, .escape))
          }
        default: break
        }
      }
      if case .return(let values) = block.terminator {
        for (index, value) in values.enumerated() where isMap(value) {
          unite(resultNodes(id, values.count)[index], node(id, value)!)
        }
      }
    }
  }

  private func holdsMap(_ function: Function, _ path: PathID, _ variable: VariableID) -> Bool {
    if function.variables[Int(variable.rawValue)].type.class == .map { return true }
    let path = function.paths[Int(path.rawValue)]
    guard let symbol = path.declared else { return false }
    return program.declaration(symbol)?.type.class == .map
  }

  /// Whether a type is a pointer to a C type of its own.
  private func namesPointee(_ type: ValueType) -> Bool {
    type.class == .cPointer && program.symbols.name(type.name).hasPrefix("*C.")
  }

  private mutating func read(
    _ access: MapAccess, _ instruction: Instruction, _ id: FunctionID, _ function: Function, _ unit: Int,
    _ origins: KeyOrigins
  ) {
    guard let map = node(id, function.paths[Int(access.map.rawValue)]) else { return }
    let type = program.mapType(access.mapType, unit: unit)
    switch access.kind {
    case .store:
      // A pointer type that the map itself names is surer than that of a C function's result, which a missing header can turn into `int *`.
      let declared = type.flatMap { namesPointee($0.key) ? $0.key : nil }
      let key = declared ?? access.key.map { mostTellingType(of: $0, in: id, origins) } ?? .unknown
      let value = access.value.map { mostTellingType(of: $0, in: id, origins) } ?? .unknown
      if !function.isInitializer, !function.isTest {
        facts.append((map, .insert(MapFacts.Insert(function: id, range: instruction.range, key: key, value: value))))
      }
      if let value = access.value, function.variables[Int(value.rawValue)].type.class == .map {
        unite(map, node(id, value)!)
      }
    case .delete, .loadAndDelete:
      facts.append((map, .remove(id)))
      if let key = access.key {
        if origins.isRangeKey(key) { facts.append((map, .clear(id))) }
        if let parameter = origins.parameter(key) { keyedRemovals.append((id, parameter, map)) }
      }
    case .clear: facts.append((map, .clear(id)))
    case .load, .next:
      if let value = access.value, type?.value.class == .map { unite(map, node(id, value)!) }
    case .count: break
    }
  }

  /// The most telling type of a value: as the function shows it, otherwise as its callers do.
  private func mostTellingType(
    of variable: VariableID, in id: FunctionID, _ origins: KeyOrigins, depth: Int = 0
  ) -> ValueType {
    let own = origins.type(of: variable)
    guard own.class != .cPointer || own.cType == .empty, own.class != .plain, depth < 3,
      let parameter = origins.parameter(variable)
    else { return own }
    for edge in graph.incoming(id) where !edge.isArgument {
      let caller = program.function(edge.caller)
      let arguments = caller.calls[Int(edge.call)].arguments
      guard parameter < arguments.count else { continue }
      let found = mostTellingType(of: arguments[parameter], in: edge.caller, KeyOrigins(caller), depth: depth + 1)
      if found.class == .cPointer { return found }
    }
    return own
  }

  private mutating func read(
    _ call: Call, _ number: Int32, _ id: FunctionID, _ function: Function, _ origins: KeyOrigins
  ) {
    let targets = graph.targets(of: id, call: number)
    for (index, argument) in call.arguments.enumerated() where origins.isRangeKey(argument) {
      for target in targets { roundKeys.append((id, target, index)) }
    }
    for target in targets {
      let parameters = program.function(target).parameters
      for (parameter, argument) in zip(parameters, call.arguments) {
        if let inner = node(target, parameter), isMap(function, argument) { unite(inner, node(id, argument)!) }
      }
      for (index, result) in call.results.enumerated() where isMap(function, result) {
        unite(resultNodes(target, call.results.count)[index], node(id, result)!)
      }
    }
    let isKnown: Bool
    switch call.callee {
    case .library(let name):
      let name = program.symbols.name(name)
      isKnown = name.hasPrefix("fmt.") || name.hasPrefix("log.")
    default: isKnown = !targets.isEmpty
    }
    if !isKnown {
      for argument in call.arguments where function.variables[Int(argument.rawValue)].type.class == .map {
        facts.append((node(id, argument)!, .escape))
      }
    }
  }

  private func isMap(_ function: Function, _ variable: VariableID) -> Bool {
    let type = function.variables[Int(variable.rawValue)].type
    return type.class == .map || type.class == .unknown
      || (type.class == .managedPointer && program.symbols.name(type.name).hasPrefix("*map["))
  }

  /// Whether a store takes the place of a map that may have had entries: not in initialisers and constructors, and not where the
  /// function asks first whether there is one.
  private func isReplacement(_ path: PathID, _ function: Function, _ origins: KeyOrigins) -> Bool {
    if function.isInitializer { return false }
    let memory = function.paths[Int(path.rawValue)]
    if memory.fields.isEmpty, case .variable = memory.root { return false }
    if case .variable(let root) = memory.root, origins.isFresh(root) { return false }
    let name = FlowReport.lastPart(program.symbols.name(function.displayName)).lowercased()
    if name.hasPrefix("new") || name.hasPrefix("init") { return false }
    for block in function.blocks {
      guard case .branch(let condition, _, _) = block.terminator, case .isNil(let asked) = condition.kind else {
        continue
      }
      if origins.isLoad(asked, of: path) { return false }
    }
    return true
  }
}

/// Where the variables of a function come from, whatever the order of assignments.
struct KeyOrigins {
  private let function: Function
  private var sources: [VariableID: VariableID] = [:]
  private var loads: [VariableID: PathID] = [:]
  private var fresh: Set<VariableID> = []
  private var rangeKeys: Set<VariableID> = []

  init(_ function: Function) {
    self.function = function
    for block in function.blocks {
      for instruction in block.instructions {
        switch instruction.operation {
        case .copy(let into, let from), .convert(let into, let from, _): sources[into] = from
        case .load(let into, let path):
          loads[into] = path
          let path = function.paths[Int(path.rawValue)]
          if path.fields.isEmpty, case .variable(let from) = path.root { sources[into] = from }
        case .fresh(let into, .managed): fresh.insert(into)
        case .map(let access):
          if access.kind == .next, let key = access.key { rangeKeys.insert(key) }
        default: break
        }
      }
    }
  }

  private func chain(_ variable: VariableID) -> [VariableID] {
    var result = [variable]
    while let next = sources[result.last!], !result.contains(next), result.count < 12 { result.append(next) }
    return result
  }

  /// The most telling type on the way to a variable.
  func type(of variable: VariableID) -> ValueType {
    let types = chain(variable).map { function.variables[Int($0.rawValue)].type }
    return types.first { $0.class == .cPointer && $0.cType != .empty } ?? types.first { $0.class == .cPointer }
      ?? types[0]
  }

  /// The number of the parameter that a variable holds, if it does.
  func parameter(_ variable: VariableID) -> Int? {
    chain(variable).lazy.compactMap { function.parameters.firstIndex(of: $0) }.first
  }

  func isFresh(_ variable: VariableID) -> Bool { chain(variable).contains { fresh.contains($0) } }
  func isRangeKey(_ variable: VariableID) -> Bool { chain(variable).contains { rangeKeys.contains($0) } }
  func isLoad(_ variable: VariableID, of path: PathID) -> Bool { chain(variable).contains { loads[$0] == path } }
}
