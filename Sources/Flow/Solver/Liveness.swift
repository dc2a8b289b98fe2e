/// Which variables can still be read from the entry of a block on: the usual backward bit-vector analysis.
struct Liveness {
  private let words: Int
  private var live: [UInt64]

  init(_ function: Function, alwaysLive: Set<VariableID>) {
    words = function.variables.count / 64 + 1
    let blocks = function.blocks.count
    live = [UInt64](repeating: 0, count: blocks * words)
    var used = live
    var defined = live
    var always = [UInt64](repeating: 0, count: words)
    func set(_ bits: inout [UInt64], _ offset: Int, _ variable: VariableID) {
      bits[offset + Int(variable.rawValue) / 64] |= 1 << UInt64(variable.rawValue % 64)
    }
    for variable in alwaysLive { set(&always, 0, variable) }
    for (number, variable) in function.variables.enumerated() where variable.isCaptured {
      set(&always, 0, VariableID(rawValue: Int32(number)))
    }
    for capture in function.captures { set(&always, 0, capture.inner) }
    for (number, block) in function.blocks.enumerated() {
      let offset = number * words
      func use(_ variable: VariableID) {
        let word = offset + Int(variable.rawValue) / 64
        let bit: UInt64 = 1 << UInt64(variable.rawValue % 64)
        if defined[word] & bit == 0 { used[word] |= bit }
      }
      for instruction in block.instructions {
        instruction.operation.visitOperands(function, use)
        instruction.operation.visitResults(function) { set(&defined, offset, $0) }
      }
      switch block.terminator {
      case .branch(let condition, _, _):
        switch condition.kind {
        case .isTrue(let variable), .isNil(let variable): use(variable)
        case .equal(let left, let right):
          use(left)
          use(right)
        case .unknown: break
        }
      case .return(let results): results.forEach(use)
      default: break
      }
    }
    var isChanged = true
    while isChanged {
      isChanged = false
      for block in stride(from: blocks - 1, through: 0, by: -1) {
        for word in 0..<words {
          var out = always[word]
          for successor in function.blocks[block].terminator.successors {
            out |= live[Int(successor.rawValue) * words + word]
          }
          let new = used[block * words + word] | (out & ~defined[block * words + word]) | always[word]
          if new != live[block * words + word] {
            live[block * words + word] = new
            isChanged = true
          }
        }
      }
    }
  }

  /// Unsets the variables that are dead at the entry of a block.
  func clearDead(_ environment: inout [ValueNumber], atEntryOf block: Int) {
    for index in environment.indices
    where environment[index] != .none && live[block * words + index / 64] & (1 << UInt64(index % 64)) == 0 {
      environment[index] = .none
    }
  }
}

extension Operation {
  /// The variables that it reads.
  func visitOperands(_ function: Function, _ visit: (VariableID) -> Void) {
    func root(_ path: PathID) {
      if case .variable(let variable) = function.paths[Int(path.rawValue)].root { visit(variable) }
    }
    switch self {
    case .constant, .fresh, .mapMake: break
    case .copy(_, let from), .convert(_, let from, _), .use(let from), .escape(let from): visit(from)
    case .compute(_, let from): from.forEach(visit)
    case .address(_, let path), .load(_, let path), .lock(let path, _), .unlock(let path, _): root(path)
    case .store(let path, let from):
      visit(from)
      if !function.paths[Int(path.rawValue)].fields.isEmpty { root(path) }
    case .map(let access):
      root(access.map)
      if let key = access.key, access.kind != .next { visit(key) }
      if let value = access.value, access.kind == .store || access.kind == .delete { visit(value) }
    case .call(let number):
      let call = function.calls[Int(number)]
      call.arguments.forEach(visit)
      if case .value(let variable) = call.callee { visit(variable) }
    }
  }

  /// The variables that it sets.
  func visitResults(_ function: Function, _ visit: (VariableID) -> Void) {
    switch self {
    case .constant(let into, _), .copy(let into, _), .convert(let into, _, _), .fresh(let into, _),
      .compute(let into, _), .address(let into, _), .load(let into, _), .mapMake(let into):
      visit(into)
    case .store(let path, _):
      let path = function.paths[Int(path.rawValue)]
      if case .variable(let variable) = path.root, path.fields.isEmpty { visit(variable) }
    case .map(let access):
      if access.kind == .next, let key = access.key { visit(key) }
      if let value = access.value, access.kind != .store, access.kind != .delete { visit(value) }
      if let found = access.found { visit(found) }
    case .call(let number): function.calls[Int(number)].results.forEach(visit)
    case .lock, .unlock, .use, .escape: break
    }
  }
}
