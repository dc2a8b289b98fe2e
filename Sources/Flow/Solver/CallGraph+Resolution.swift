extension CallGraph {
  /// What one function adds to the graph.
  struct Contribution: Sendable {
    var edges: [Edge] = []
    var unresolved: Set<Int32> = []
    var taken: [FunctionID] = []
  }

  /// Resolves the calls of one function.
  static func edges(of id: FunctionID, in program: Program) -> Contribution {
    var result = Contribution()
    guard program.isOriginal(id) else { return result }
    let function = program.function(id)
    let unitIndex = program.unitIndex(of: id)
    let hasFunctionValues = program.traits(id).contains(.hasFunctionValues)
    let values = hasFunctionValues ? FunctionValues(function) : FunctionValues()
    for name in values.named {
      if let callee = program.function(named: name) { result.taken.append(callee) }
    }
    let unit = program.units[unitIndex]
    for (number, call) in function.calls.enumerated() {
      let number = Int32(number)
      func add(_ callee: FunctionID, isArgument: Bool) {
        result.edges.append(Edge(caller: id, call: number, callee: callee, mode: call.mode, isArgument: isArgument))
      }
      switch call.callee {
      case .function(let name):
        if let callee = program.function(named: name) { add(callee, isArgument: false) }
      case .interfaceMethod(let name):
        guard let bodies = unit.implementations[name] else {
          result.unresolved.insert(number)
          break
        }
        for body in bodies {
          if let callee = program.function(named: body) {
            add(callee, isArgument: false)
          } else {
            result.unresolved.insert(number)
          }
        }
      case .value(let variable):
        if let names = functions(meantBy: variable, in: function, values, program) {
          for name in names {
            if let callee = program.function(named: name) { add(callee, isArgument: false) }
          }
        } else {
          result.unresolved.insert(number)
        }
      case .foreign, .library:
        break
      }
      for argument in call.arguments where hasFunctionValues {
        for name in values.functions(of: argument) ?? [] {
          if let callee = program.function(named: name) { add(callee, isArgument: true) }
        }
      }
    }
    return result
  }

  /// The functions that a variable can hold, looked up through captures in the enclosing functions; `nil` where that is not known.
  private static func functions(
    meantBy variable: VariableID, in function: Function, _ values: FunctionValues, _ program: Program
  ) -> [Symbol]? {
    if let found = values.functions(of: variable) { return found }
    var inner = function
    var variable = variable
    // Closures nest a few levels deep; the bound only guards against a parent chain that is a cycle.
    for _ in 0..<8 {
      guard let capture = inner.captures.first(where: { $0.inner == variable }), let parent = inner.parent,
        let outer = program.function(named: parent)
      else { return nil }
      let outerFunction = program.function(outer)
      if let found = FunctionValues(outerFunction).functions(of: capture.outer) { return found }
      inner = outerFunction
      variable = capture.outer
    }
    return nil
  }
}

/// Which variables of a function hold which functions, whatever the order of assignments.
struct FunctionValues {
  /// The functions that occur as values.
  private(set) var named: [Symbol] = []
  private var direct: [VariableID: [Symbol]] = [:]
  private var copies: [VariableID: [VariableID]] = [:]
  private var unknown: Set<VariableID> = []

  /// No function values.
  init() {}

  init(_ function: Function) {
    for block in function.blocks {
      for instruction in block.instructions {
        if case .fresh(let into, .function(let name)) = instruction.operation {
          named.append(name)
          direct[into, default: []].append(name)
        }
      }
    }
    // Most functions have no function values: the second pass is for the others.
    if named.isEmpty { return }
    func holdsFunction(_ variable: VariableID) -> Bool {
      let type = function.variables[Int(variable.rawValue)].type.class
      return type == .function || type == .unknown || type == .interface || type == .cPointer
    }
    func note(_ into: VariableID, from: VariableID) {
      if holdsFunction(into) { copies[into, default: []].append(from) }
    }
    for block in function.blocks {
      for instruction in block.instructions {
        switch instruction.operation {
        case .copy(let into, let from), .convert(let into, let from, _): note(into, from: from)
        case .store(let path, let from):
          let path = function.paths[Int(path.rawValue)]
          if case .variable(let into) = path.root, path.fields.isEmpty { note(into, from: from) }
        case .load(let into, let path):
          let path = function.paths[Int(path.rawValue)]
          if case .variable(let from) = path.root, path.fields.isEmpty {
            note(into, from: from)
          } else {
            unknown.insert(into)
          }
        case .fresh(let into, let origin):
          if case .function = origin {} else { unknown.insert(into) }
        case .map(let access):
          if let value = access.value, access.kind != .store { unknown.insert(value) }
        case .call(let number):
          for result in function.calls[Int(number)].results { unknown.insert(result) }
        default: break
        }
      }
    }
  }

  /// The functions that a variable can hold; `nil` where that is not known.
  func functions(of variable: VariableID) -> [Symbol]? {
    if named.isEmpty { return nil }
    var found: [Symbol] = []
    var seen: Set<VariableID> = []
    var pending = [variable]
    while let next = pending.popLast() {
      guard seen.insert(next).inserted else { continue }
      if unknown.contains(next) { return nil }
      let names = direct[next] ?? []
      let sources = copies[next] ?? []
      for name in names where !found.contains(name) { found.append(name) }
      pending += sources
    }
    return found.isEmpty ? nil : found
  }
}
