import Flow

/// Drops the blocks that control never reaches: code behind a `return`, and the joins that lowering made in advance.
enum FunctionPruning {
  static func withoutUnreachableBlocks(_ function: Flow.Function) -> Flow.Function {
    let blocks = function.blocks
    var numbers = [Int32](repeating: -1, count: blocks.count)
    var order: [Int] = []
    var open = [0]
    numbers[0] = 0
    while let block = open.popLast() {
      order.append(block)
      for next in successors(blocks[block].terminator) where numbers[Int(next.rawValue)] < 0 {
        numbers[Int(next.rawValue)] = 0
        open.append(Int(next.rawValue))
      }
    }
    if order.count == blocks.count { return compacted(function) }
    // The order of the source is kept.
    order.sort()
    for (number, block) in order.enumerated() { numbers[block] = Int32(number) }
    var result = function
    result.blocks = order.map { index in
      var block = blocks[index]
      block.terminator = renumber(block.terminator, numbers)
      return block
    }
    return compacted(result)
  }

  /// The same without the room that arrays had to grow: functions are kept until the end of a check.
  private static func compacted(_ function: Flow.Function) -> Flow.Function {
    var result = function
    compact(&result.variables)
    compact(&result.paths)
    compact(&result.calls)
    for index in result.blocks.indices { compact(&result.blocks[index].instructions) }
    compact(&result.blocks)
    return result
  }

  private static func compact<Element>(_ array: inout [Element]) {
    if array.capacity > array.count + array.count / 8 + 1 { array = array.withUnsafeBufferPointer { Array($0) } }
  }

  private static func successors(_ terminator: Terminator) -> [BlockID] {
    switch terminator {
    case .jump(let target): [target]
    case .branch(_, let then, let otherwise): [then, otherwise]
    case .fork(let targets): targets
    case .return, .panic, .unreachable: []
    }
  }

  private static func renumber(_ terminator: Terminator, _ numbers: [Int32]) -> Terminator {
    func new(_ block: BlockID) -> BlockID { BlockID(rawValue: numbers[Int(block.rawValue)]) }
    return switch terminator {
    case .jump(let target): .jump(new(target))
    case .branch(let condition, let then, let otherwise):
      .branch(condition, then: new(then), otherwise: new(otherwise))
    case .fork(let targets): .fork(targets.map(new))
    case .return, .panic, .unreachable: terminator
    }
  }
}
