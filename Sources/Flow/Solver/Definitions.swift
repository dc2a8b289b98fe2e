/// Where the values in a function come from, without regard to paths: temporaries are assigned once, so looking back through copies and conversions tells what a value is.
struct Definitions {
  /// An instruction by its place in the function.
  struct Position: Hashable {
    var block: Int32
    var index: Int32
  }

  let function: Function
  /// The places of all assignments, those of one variable side by side.
  private let positions: [Position]
  /// For each variable where its assignments start in `positions`; behind the last one their number.
  private let starts: [Int32]

  init(_ function: Function) {
    self.function = function
    // Counted first, so that each place is written once, to where it belongs.
    var starts = [Int32](repeating: 0, count: function.variables.count + 2)
    for block in function.blocks {
      for instruction in block.instructions {
        Self.visitWritten(instruction.operation, function) { starts[Int($0.rawValue) + 2] += 1 }
      }
    }
    for index in starts.indices.dropFirst() { starts[index] += starts[index - 1] }
    var positions = [Position](repeating: Position(block: 0, index: 0), count: Int(starts[starts.count - 1]))
    for (block, content) in function.blocks.enumerated() {
      for (index, instruction) in content.instructions.enumerated() {
        Self.visitWritten(instruction.operation, function) { variable in
          let slot = Int(variable.rawValue) + 1
          positions[Int(starts[slot])] = Position(block: Int32(block), index: Int32(index))
          starts[slot] += 1
        }
      }
    }
    starts.removeLast()
    self.positions = positions
    self.starts = starts
  }

  func instruction(_ position: Position) -> Instruction {
    function.blocks[Int(position.block)].instructions[Int(position.index)]
  }

  /// The instructions that assign a variable.
  func definitions(of variable: VariableID) -> [Instruction] { positions(of: variable).map(instruction) }

  /// How many instructions assign a variable.
  func count(of variable: VariableID) -> Int {
    Int(starts[Int(variable.rawValue) + 1] - starts[Int(variable.rawValue)])
  }

  /// The instruction that assigns a variable, where there is exactly one.
  func only(of variable: VariableID) -> Instruction? {
    count(of: variable) == 1 ? instruction(positions[Int(starts[Int(variable.rawValue)])]) : nil
  }

  /// Where a variable is assigned.
  func positions(of variable: VariableID) -> ArraySlice<Position> {
    positions[Int(starts[Int(variable.rawValue)])..<Int(starts[Int(variable.rawValue) + 1])]
  }

  /// The instruction that makes a value, behind copies and conversions; nil for parameters and what several instructions assign.
  func origin(of variable: VariableID) -> Instruction? {
    var variable = variable
    for _ in 0..<32 {
      guard let found = only(of: variable) else { return nil }
      switch found.operation {
      case .copy(_, let from), .convert(_, let from, _): variable = from
      case .load(_, let path):
        let place = function.paths[Int(path.rawValue)]
        guard case .variable(let source) = place.root, place.fields.isEmpty, source != variable,
          count(of: source) > 0
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
    var result: [VariableID] = []
    visitWritten(operation, function) { result.append($0) }
    return result
  }

  /// Calls `visit` with each variable that an instruction assigns.
  static func visitWritten(_ operation: Operation, _ function: Function, _ visit: (VariableID) -> Void) {
    switch operation {
    case .constant(let into, _), .copy(let into, _), .convert(let into, _, _), .fresh(let into, _),
      .compute(let into, _), .address(let into, _),
      .load(let into, _), .mapMake(let into):
      visit(into)
    case .store(let path, _):
      let place = function.paths[Int(path.rawValue)]
      if case .variable(let variable) = place.root, place.fields.isEmpty { visit(variable) }
    case .map(let access):
      if access.kind == .next, let key = access.key { visit(key) }
      if let value = access.value, [.load, .loadAndDelete, .next].contains(access.kind) { visit(value) }
      if let found = access.found { visit(found) }
    case .call(let number): for result in function.calls[Int(number)].results { visit(result) }
    case .lock, .unlock, .use, .escape: break
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
