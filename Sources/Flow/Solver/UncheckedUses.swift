/// Values out of maps that are used without a question: dereferenced, called, asserted to be of a type, or handed to a function that dereferences its parameter
/// unasked. Made on demand; used by one thread.
final class UncheckedUses {
  struct Use {
    /// The look-up, or the call of a function that only looks up.
    var lookup: Instruction
    /// What names the map or the function.
    var source: SourceRange
    var use: SourceRange
    var isMapAccess: Bool
  }

  private let program: Program
  private let graph: CallGraph
  private var dereferenced: [FunctionID: Set<Int>] = [:]
  private var lookups: [FunctionID: Bool] = [:]

  init(_ program: Program, _ graph: CallGraph) {
    self.program = program
    self.graph = graph
  }

  /// The look-ups of a function whose results are used unasked.
  func uses(in id: FunctionID) -> [Use] {
    let function = program.function(id)
    var result: [Use] = []
    for block in function.blocks {
      for instruction in block.instructions {
        guard let (value, source, isMapAccess) = lookUp(instruction, id, function) else { continue }
        let values = copies(of: value, in: function)
        guard !isTested(values, in: function), let use = firstUse(of: values, id, function) else { continue }
        result.append(Use(lookup: instruction, source: source, use: use, isMapAccess: isMapAccess))
      }
    }
    return result
  }

  private func lookUp(_ instruction: Instruction, _ id: FunctionID, _ function: Function)
    -> (VariableID, SourceRange, Bool)?
  {
    switch instruction.operation {
    case .map(let access):
      guard access.kind == .load || access.kind == .loadAndDelete, let value = access.value,
        canBeNil(function.variables[Int(value.rawValue)].type),
        access.found.map({ !isRead(copies(of: $0, in: function), function) }) ?? true
      else { return nil }
      return (value, access.mapRange, true)
    case .call(let number):
      let call = function.calls[Int(number)]
      let targets = graph.targets(of: id, call: number)
      guard call.mode == .direct, call.results.count == 1, targets.count == 1, graph.isResolved(id, call: number),
        canBeNil(function.variables[Int(call.results[0].rawValue)].type), onlyLooksUp(targets[0])
      else { return nil }
      return (call.results[0], instruction.range, false)
    default: return nil
    }
  }

  private func canBeNil(_ type: ValueType) -> Bool {
    switch type.class {
    case .managedPointer, .cPointer, .function, .interface: true
    default: false
    }
  }

  /// Whether a function returns what a map holds, and asks nothing.
  private func onlyLooksUp(_ id: FunctionID) -> Bool {
    if let known = lookups[id] { return known }
    lookups[id] = false
    let function = program.function(id)
    var answer = false
    for block in function.blocks {
      for instruction in block.instructions {
        guard let (value, _, _) = lookUp(instruction, id, function) else { continue }
        let values = copies(of: value, in: function)
        answer =
          !isTested(values, in: function)
          && function.blocks.contains { block in
            if case .return(let results) = block.terminator {
              results.count == 1 && values.contains(results[0])
            } else {
              false
            }
          }
      }
    }
    lookups[id] = answer
    return answer
  }

  /// The value and what it is copied to.
  private func copies(of value: VariableID, in function: Function) -> Set<VariableID> {
    var result: Set<VariableID> = [value]
    for _ in 0..<4 {
      let before = result.count
      for block in function.blocks {
        for instruction in block.instructions {
          switch instruction.operation {
          case .copy(let into, let from): if result.contains(from) { result.insert(into) }
          case .convert(let into, let from, let kind):
            if result.contains(from), !isAssertion(into, from, kind, function) { result.insert(into) }
          default: break
          }
        }
      }
      if result.count == before { break }
    }
    return result
  }

  /// Whether a conversion asks for a type: an interface becomes something else.
  private func isAssertion(_ into: VariableID, _ from: VariableID, _ kind: Conversion, _ function: Function) -> Bool {
    kind == .interface && function.variables[Int(from.rawValue)].type.class == .interface
  }

  private func isRead(_ values: Set<VariableID>, _ function: Function) -> Bool {
    isTested(values, in: function)
      || function.blocks.contains { block in
        if case .return(let results) = block.terminator, results.contains(where: values.contains) { return true }
        return block.instructions.contains { instruction in
          if case .copy = instruction.operation { return false }
          var isFound = false
          instruction.operation.visitOperands(function) { if values.contains($0) { isFound = true } }
          return isFound
        }
      }
  }

  private func isTested(_ values: Set<VariableID>, in function: Function) -> Bool {
    function.blocks.contains { block in
      guard case .branch(let condition, _, _) = block.terminator else { return false }
      switch condition.kind {
      case .isNil(let tested), .isTrue(let tested): return values.contains(tested)
      case .equal(let left, let right): return values.contains(left) || values.contains(right)
      case .unknown: return false
      }
    }
  }

  // MARK: Uses

  private func firstUse(of values: Set<VariableID>, _ id: FunctionID, _ function: Function) -> SourceRange? {
    for block in function.blocks {
      for instruction in block.instructions where isUse(instruction.operation, of: values, id, function) {
        return instruction.range
      }
    }
    return nil
  }

  private func isUse(_ operation: Operation, of values: Set<VariableID>, _ id: FunctionID, _ function: Function) -> Bool
  {
    switch operation {
    case .use(let used): return values.contains(used)
    case .load(_, let path), .store(let path, _):
      let place = function.paths[Int(path.rawValue)]
      if case .variable(let root) = place.root { return !place.fields.isEmpty && values.contains(root) }
      return false
    case .convert(let into, let from, let kind):
      // An assertion with one result panics; one in a switch, or with `ok`, asks.
      guard values.contains(from), isAssertion(into, from, kind, function),
        function.variables[Int(into.rawValue)].name == .empty
      else { return false }
      return !function.blocks.contains { block in
        block.instructions.contains { if case .compute(_, [into]) = $0.operation { true } else { false } }
      }
    case .call(let number):
      let call = function.calls[Int(number)]
      if case .value(let callee) = call.callee, values.contains(callee) { return true }
      if case .interfaceMethod = call.callee, let receiver = call.arguments.first, values.contains(receiver) {
        return true
      }
      let targets = graph.targets(of: id, call: number)
      guard targets.count == 1, graph.isResolved(id, call: number) else { return false }
      let parameters = dereferencedParameters(of: targets[0])
      return call.arguments.enumerated().contains { parameters.contains($0) && values.contains($1) }
    default: return false
    }
  }

  /// The parameters that a function uses unasked.
  private func dereferencedParameters(of id: FunctionID) -> Set<Int> {
    if let known = dereferenced[id] { return known }
    dereferenced[id] = []
    let function = program.function(id)
    var result: Set<Int> = []
    for (index, parameter) in function.parameters.enumerated() {
      let type = function.variables[Int(parameter.rawValue)].type
      guard canBeNil(type) else { continue }
      let values = copies(of: parameter, in: function)
      if !isTested(values, in: function), firstUse(of: values, id, function) != nil { result.insert(index) }
    }
    dereferenced[id] = result
    return result
  }
}
