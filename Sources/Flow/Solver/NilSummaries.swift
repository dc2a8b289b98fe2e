/// What functions return and store, as far as nil maps go. Made on demand, once for each function; used by one thread.
final class NilSummaries {
  /// What a function, or what it calls, can store.
  struct Effects {
    var stored: Set<Symbol> = []
    /// Whether it runs code that is not known, or replaces whole objects.
    var isOpaque = false
  }

  /// What is known of a result.
  enum Fact: Equatable {
    case unknown
    /// A nil map on all ways.
    case `nil`
    /// An object that was made in the function, with the fields that may have been stored.
    case fresh(stored: Set<Symbol>)
  }

  /// What a function returns.
  struct Results {
    var facts: [Fact]
    /// For each `return`, which results are the constant nil, and which are nil maps.
    fileprivate var returns: [[(isNilConstant: Bool, isNilMap: Bool)]]

    /// Whether a result is a nil map whenever another one, the error, is not nil.
    func isNil(_ index: Int, withError error: Int) -> Bool {
      let failed = returns.filter { error < $0.count && !$0[error].isNilConstant }
      return !failed.isEmpty && failed.allSatisfy { index < $0.count && $0[index].isNilMap }
    }
  }

  private let program: Program
  private let graph: CallGraph
  private var effects: [FunctionID: Effects] = [:]
  private var results: [FunctionID: Results?] = [:]
  private var writes: [FunctionID: [Int: SourceRange]] = [:]
  private var depth = 0

  init(_ program: Program, _ graph: CallGraph) {
    self.program = program
    self.graph = graph
  }

  /// Whether a library function stores nothing in what it is given.
  static func isHarmless(_ name: String) -> Bool {
    if name.hasPrefix("fmt.") { return !name.contains("can") }
    return ["log.", "errors.", "sync.", "time.", "strings.", "strconv.", "os.", "bytes.", "math."].contains {
      name.hasPrefix($0)
    }
  }

  // MARK: Stores

  /// More functions than this are not looked into.
  private static let maximumReach = 300

  /// What a call of a function can store.
  func effects(of id: FunctionID) -> Effects {
    if let known = effects[id] { return known }
    var result = Effects()
    var seen: Set<FunctionID> = [id]
    var pending = [id]
    while let next = pending.popLast(), !result.isOpaque {
      let function = program.function(next)
      for block in function.blocks {
        for instruction in block.instructions { collect(instruction.operation, next, function, &result) }
      }
      for edge in graph.outgoing(next) where seen.insert(edge.callee).inserted { pending.append(edge.callee) }
      if seen.count > Self.maximumReach { result.isOpaque = true }
    }
    effects[id] = result
    return result
  }

  private func collect(_ operation: Operation, _ id: FunctionID, _ function: Function, _ result: inout Effects) {
    func type(_ variable: VariableID) -> ValueType.Class { function.variables[Int(variable.rawValue)].type.class }
    switch operation {
    case .store(let path, _), .address(_, let path):
      if let symbol = function.paths[Int(path.rawValue)].declared { result.stored.insert(symbol) }
    case .copy(let into, let from):
      // `*p = T{…}`.
      if type(into) == .managedPointer, type(from) == .aggregate { result.isOpaque = true }
    case .call(let number):
      let call = function.calls[Int(number)]
      switch call.callee {
      case .library(let name):
        let isGiven = call.arguments.contains { [.managedPointer, .interface, .unknown, .list].contains(type($0)) }
        if isGiven, !Self.isHarmless(program.symbols.name(name)) { result.isOpaque = true }
      case .foreign: break
      default: if !graph.isResolved(id, call: number) { result.isOpaque = true }
      }
    default: break
    }
  }

  // MARK: Results

  /// What a function returns; nil where that is not known.
  func results(of id: FunctionID) -> Results? {
    if let known = results[id] { return known }
    let function = program.function(id)
    let isOfInterest = function.resultTypes.contains {
      $0.class == .map || $0.class == .managedPointer || $0.class == .aggregate || $0.class == .list
    }
    guard isOfInterest, depth < 6 else { return nil }
    // While it is being made, a recursive call returns what is not known.
    results[id] = .some(nil)
    depth += 1
    defer { depth -= 1 }
    let flow = NilFlow(id, program, graph, self)
    var returns: [[(isNilConstant: Bool, isNilMap: Bool)]] = []
    var facts: [Fact?] = function.resultTypes.map { _ in nil }
    flow.replay({ _, _ in }) { block, state in
      guard case .return(let values) = block.terminator, values.count == facts.count else { return }
      returns.append(
        values.enumerated().map { index, value in
          let isNilMap = function.resultTypes[index].class == .map && flow.isNil(value, in: state)
          return (flow.isNilConstant(value), isNilMap || flow.isNilConstant(value))
        })
      for (index, value) in values.enumerated() {
        facts[index] = Self.joined(facts[index], fact(value, function.resultTypes[index], flow, state))
      }
    }
    let result = returns.isEmpty ? nil : Results(facts: facts.map { $0 ?? .unknown }, returns: returns)
    results[id] = .some(result)
    return result
  }

  /// What one `return` says of a result; nil where it says nothing: no object, beside an error.
  private func fact(_ value: VariableID, _ type: ValueType, _ flow: NilFlow, _ state: NilFlow.State) -> Fact? {
    if type.class == .map { return flow.isNil(value, in: state) || flow.isNilConstant(value) ? .nil : .unknown }
    if let stored = flow.stored(value, in: state) { return .fresh(stored: stored) }
    return type.class == .managedPointer && flow.isNilConstant(value) ? nil : .unknown
  }

  private static func joined(_ left: Fact?, _ right: Fact?) -> Fact? {
    guard let left else { return right }
    guard let right else { return left }
    switch (left, right) {
    case (.nil, .nil): return .nil
    case (.fresh(let one), .fresh(let other)): return .fresh(stored: one.union(other))
    default: return .unknown
    }
  }

  // MARK: Parameters

  /// The parameters that a function writes as maps without asking whether they are nil, each with the place.
  func writtenParameters(of id: FunctionID) -> [Int: SourceRange] {
    if let known = writes[id] { return known }
    writes[id] = [:]
    let function = program.function(id)
    var candidates: [VariableID: Int] = [:]
    for (index, parameter) in function.parameters.enumerated() {
      let variable = function.variables[Int(parameter.rawValue)]
      if variable.type.class == .map, !variable.isCaptured { candidates[parameter] = index }
    }
    var found: [Int: SourceRange] = [:]
    if candidates.isEmpty { return found }
    for block in function.blocks {
      for instruction in block.instructions {
        visit(instruction, id, function, &candidates, &found)
        Definitions.visitWritten(instruction.operation, function) { candidates[$0] = nil }
      }
      guard case .branch(let condition, _, _) = block.terminator else { continue }
      switch condition.kind {
      case .isNil(let variable), .isTrue(let variable): candidates[variable] = nil
      case .equal(let left, let right):
        candidates[left] = nil
        candidates[right] = nil
      case .unknown: break
      }
    }
    found = found.filter { candidates.values.contains($0.key) }
    writes[id] = found
    return found
  }

  private func visit(
    _ instruction: Instruction, _ id: FunctionID, _ function: Function, _ candidates: inout [VariableID: Int],
    _ found: inout [Int: SourceRange]
  ) {
    switch instruction.operation {
    case .map(let access):
      let path = function.paths[Int(access.map.rawValue)]
      guard case .variable(let variable) = path.root, path.fields.isEmpty, let index = candidates[variable] else {
        return
      }
      switch access.kind {
      case .store where !access.isConditional: if found[index] == nil { found[index] = instruction.range }
      // Whoever counts or walks the entries first may never get to the write.
      case .count, .next: candidates[variable] = nil
      default: break
      }
    case .address(_, let path):
      if case .variable(let variable) = function.paths[Int(path.rawValue)].root { candidates[variable] = nil }
    case .call(let number):
      let call = function.calls[Int(number)]
      let targets = graph.targets(of: id, call: number)
      guard targets.count == 1, call.mode == .direct else { return }
      let inner = writtenParameters(of: targets[0])
      for (position, argument) in call.arguments.enumerated() {
        guard inner[position] != nil, let index = candidates[argument], found[index] == nil else { continue }
        found[index] = call.argumentRanges[position]
      }
    default: break
    }
  }
}
