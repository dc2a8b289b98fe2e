/// Where the values in a function come from, without regard to paths: temporaries are assigned once, so looking back through copies and conversions tells what a value is.
struct Definitions {
  /// An instruction by its place in the function.
  struct Position: Hashable {
    var block: Int32
    var index: Int32
  }

  let function: Function
  private var positions: [VariableID: [Position]] = [:]

  init(_ function: Function) {
    self.function = function
    for (block, content) in function.blocks.enumerated() {
      for (index, instruction) in content.instructions.enumerated() {
        let position = Position(block: Int32(block), index: Int32(index))
        for variable in Self.written(instruction.operation, function) {
          positions[variable, default: []].append(position)
        }
      }
    }
  }

  func instruction(_ position: Position) -> Instruction {
    function.blocks[Int(position.block)].instructions[Int(position.index)]
  }

  /// The instructions that assign a variable.
  func definitions(of variable: VariableID) -> [Instruction] { (positions[variable] ?? []).map(instruction) }

  /// Where a variable is assigned.
  func positions(of variable: VariableID) -> [Position] { positions[variable] ?? [] }

  /// The instruction that makes a value, behind copies and conversions; nil for parameters and what several instructions assign.
  func origin(of variable: VariableID) -> Instruction? {
    var variable = variable
    for _ in 0..<32 {
      guard let all = positions[variable], all.count == 1 else { return nil }
      let found = instruction(all[0])
      switch found.operation {
      case .copy(_, let from), .convert(_, let from, _): variable = from
      case .load(_, let path):
        let place = function.paths[Int(path.rawValue)]
        guard case .variable(let source) = place.root, place.fields.isEmpty, source != variable,
          positions[source] != nil
        else { return found }
        variable = source
      default: return found
      }
    }
    return nil
  }

  /// The instruction that makes what another one copies; itself where it copies nothing.
  func instruction(behind instruction: Instruction) -> Instruction {
    switch instruction.operation {
    case .copy(_, let from), .convert(_, let from, _): origin(of: from) ?? instruction
    default: instruction
    }
  }

  /// The variables that an instruction assigns.
  static func written(_ operation: Operation, _ function: Function) -> [VariableID] {
    switch operation {
    case .constant(let into, _), .copy(let into, _), .convert(let into, _, _), .fresh(let into, _),
      .compute(let into, _), .address(let into, _),
      .load(let into, _), .mapMake(let into):
      return [into]
    case .store(let path, _):
      let place = function.paths[Int(path.rawValue)]
      if case .variable(let variable) = place.root, place.fields.isEmpty { return [variable] }
      return []
    case .map(let access):
      switch access.kind {
      case .load, .loadAndDelete: return [access.value, access.found].compactMap { $0 }
      case .next: return [access.key, access.value, access.found].compactMap { $0 }
      default: return [access.found].compactMap { $0 }
      }
    case .call(let number): return function.calls[Int(number)].results
    case .lock, .unlock, .use, .escape: return []
    }
  }
}

extension Function {
  /// The blocks that control can go to from a block.
  func successors(of block: Int) -> [Int] {
    switch blocks[block].terminator {
    case .jump(let target): [Int(target.rawValue)]
    case .branch(_, let then, let otherwise): [Int(then.rawValue), Int(otherwise.rawValue)]
    case .fork(let targets): targets.map { Int($0.rawValue) }
    case .return, .panic, .unreachable: []
    }
  }

  /// The blocks that can be reached again from a block: the loops around it.
  func blocksInLoops(with block: Int) -> Set<Int> {
    var forward: Set<Int> = []
    var pending = successors(of: block)
    while let next = pending.popLast() {
      if forward.insert(next).inserted { pending += successors(of: next) }
    }
    guard forward.contains(block) else { return [] }
    return forward.filter { reaches(block, from: $0) }
  }

  private func reaches(_ target: Int, from start: Int) -> Bool {
    var seen: Set<Int> = [start]
    var pending = [start]
    while let next = pending.popLast() {
      if next == target { return true }
      for successor in successors(of: next) where seen.insert(successor).inserted { pending.append(successor) }
    }
    return false
  }

  /// The type of what a path names: of the variable, or as its last field or global is declared.
  func type(of path: PathID, in program: Program) -> ValueType {
    let place = paths[Int(path.rawValue)]
    if let field = place.fields.last { return program.declaration(field)?.type ?? .unknown }
    switch place.root {
    case .variable(let variable): return variables[Int(variable.rawValue)].type
    case .global(let symbol): return program.declaration(symbol)?.type ?? .unknown
    }
  }
}
