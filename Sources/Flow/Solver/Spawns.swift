/// A place in a function where a goroutine starts.
struct Spawn {
  var target: FunctionID
  /// The arguments of the target; nil where something else calls it.
  var call: Call?
  var block: Int
  var index: Int
  var range: SourceRange
  /// The block in which the closure is made: what is declared in a loop around it is the goroutine's own.
  var creation: Int
  /// Whether what is called here starts several.
  var isRepeated: Bool
}

/// Finds the goroutines that functions start: with `go`, by `sync.WaitGroup.Go` and its like, or by handing a function to one that runs it in a goroutine.
/// Made on demand; used by one thread.
final class Spawns {
  private let program: Program
  private let graph: CallGraph
  private let writes: SharedWrites
  private var parameters: [FunctionID: [Int: Bool]] = [:]
  private let starters: Set<Symbol>
  private let element: Symbol

  init(_ program: Program, _ graph: CallGraph, _ writes: SharedWrites) {
    self.program = program
    self.graph = graph
    self.writes = writes
    element = program.element
    starters = Set(Self.starters.map(program.symbols.intern))
  }

  /// Library functions that run a function in a goroutine.
  static let starters: Set<String> = ["sync.(*WaitGroup).Go", "golang.org/x/sync/errgroup.(*Group).Go"]

  func spawns(in id: FunctionID) -> [Spawn] {
    guard canStart(id) else { return [] }
    let function = program.function(id)
    let edges = graph.outgoing(id)
    var result: [Spawn] = []
    for (block, content) in function.blocks.enumerated() {
      for (index, instruction) in content.instructions.enumerated() {
        guard case .call(let number) = instruction.operation else { continue }
        let call = function.calls[Int(number)]
        func add(_ target: FunctionID, _ call: Call?, isRepeated: Bool = false) {
          result.append(
            Spawn(
              target: target, call: call, block: block, index: index, range: instruction.range,
              creation: creation(of: target, in: function) ?? block, isRepeated: isRepeated))
        }
        if call.mode == .spawned {
          for target in graph.targets(of: id, call: number) { add(target, call) }
        } else if case .library(let name) = call.callee {
          guard starters.contains(name) else { continue }
          for edge in edges where edge.call == number && edge.isArgument { add(edge.callee, nil) }
        } else {
          for target in graph.targets(of: id, call: number) {
            for (position, isRepeated) in spawnedParameters(of: target).sorted(by: { $0.key < $1.key })
            where position < call.arguments.count {
              for closure in functions(in: call.arguments[position], function) {
                add(closure, nil, isRepeated: isRepeated)
              }
            }
          }
        }
      }
    }
    return result
  }

  /// Whether a function starts something itself, or hands something to one that may start it.
  private func canStart(_ id: FunctionID) -> Bool {
    graph.outgoing(id).contains {
      $0.isArgument || $0.mode == .spawned || program.traits($0.callee).contains(.takesFunctions)
    }
  }

  /// The functions that a variable, or the elements of a list, can be.
  private func functions(in argument: VariableID, _ function: Function) -> [FunctionID] {
    let values = FunctionValues(function)
    let type = function.variables[Int(argument.rawValue)].type
    if type.class != .list { return (values.functions(of: argument) ?? []).compactMap { program.function(named: $0) } }
    var found: [FunctionID] = []
    for block in function.blocks {
      for instruction in block.instructions {
        guard case .store(let path, let from) = instruction.operation else { continue }
        let place = function.paths[Int(path.rawValue)]
        guard case .variable(let list) = place.root, place.fields == [element],
          function.variables[Int(list.rawValue)].type == type
        else { continue }
        for name in values.functions(of: from) ?? [] {
          if let id = program.function(named: name), !found.contains(id) { found.append(id) }
        }
      }
    }
    return found
  }

  private func creation(of target: FunctionID, in function: Function) -> Int? {
    let symbol = program.function(target).symbol
    return function.blocks.firstIndex { block in
      block.instructions.contains { if case .fresh(_, .function(symbol)) = $0.operation { true } else { false } }
    }
  }

  // MARK: Functions that start what they are given

  /// The parameters that a function runs in goroutines, and whether it may start several of one.
  func spawnedParameters(of id: FunctionID) -> [Int: Bool] {
    guard program.traits(id).contains(.takesFunctions) else { return [:] }
    if let known = parameters[id] { return known }
    parameters[id] = [:]
    let function = program.function(id)
    var result: [Int: Bool] = [:]
    for (block, content) in function.blocks.enumerated() {
      for instruction in content.instructions {
        guard case .call(let number) = instruction.operation else { continue }
        for reference in started(number, id, function) {
          guard case .parameter(let index) = reference.root else { continue }
          // Of a list each element is started once.
          let isElement = reference.fields.last == element
          let isRepeated = !isElement && !function.blocksInLoops(with: block).isEmpty
          result[index] = result[index] ?? false || isRepeated
        }
      }
    }
    parameters[id] = result
    return result
  }

  /// The function values, as references of the function, that a call runs in goroutines.
  private func started(_ number: Int32, _ id: FunctionID, _ function: Function) -> [Reference] {
    let call = function.calls[Int(number)]
    let resolver = writes.resolver(id)
    if call.mode == .spawned {
      if case .value(let variable) = call.callee { return [resolver.reference(variable)] }
      return graph.targets(of: id, call: number).flatMap { target in
        calledValues(of: target, depth: 0).compactMap { writes.translated($0, from: target, call, in: id) }
      }
    }
    if case .library(let name) = call.callee, starters.contains(name) {
      return call.arguments.map { resolver.reference($0) }
        + graph.outgoing(id).filter { $0.call == number && $0.isArgument }.flatMap { edge in
          calledValues(of: edge.callee, depth: 0).compactMap { writes.translated($0, from: edge.callee, nil, in: id) }
        }
    }
    return graph.targets(of: id, call: number).flatMap { target in
      spawnedParameters(of: target).keys.sorted().filter { $0 < call.arguments.count }.map {
        resolver.reference(call.arguments[$0])
      }
    }
  }

  /// The function values that a function calls, in terms of what its caller knows.
  private func calledValues(of id: FunctionID, depth: Int) -> [Reference] {
    if depth > 3 { return [] }
    let function = program.function(id)
    var result: [Reference] = []
    for (number, call) in function.calls.enumerated() where call.mode != .spawned {
      if case .value(let variable) = call.callee { result.append(writes.resolver(id).reference(variable)) }
      for target in graph.targets(of: id, call: Int32(number)) {
        result += calledValues(of: target, depth: depth + 1).compactMap {
          writes.translated($0, from: target, call, in: id)
        }
      }
    }
    return result.filter { !$0.isLocal }
  }
}
