/// The locks that are held at each instruction of a function, on all ways that lead there. A deferred unlock holds the lock to the end.
struct LockSets {
  private var atEntry: [Set<MemoryPath>?]
  private let function: Function

  init(_ function: Function) {
    self.function = function
    atEntry = Array(repeating: nil, count: function.blocks.count)
    guard !function.blocks.isEmpty else { return }
    atEntry[0] = []
    var pending = [0]
    while let block = pending.popLast() {
      var held = atEntry[block] ?? []
      for instruction in function.blocks[block].instructions { apply(instruction.operation, &held) }
      for next in function.successors(of: block) {
        let merged = atEntry[next].map { $0.intersection(held) } ?? held
        if merged != atEntry[next] {
          atEntry[next] = merged
          pending.append(next)
        }
      }
    }
  }

  private func apply(_ operation: Operation, _ held: inout Set<MemoryPath>) {
    switch operation {
    case .lock(let path, _): held.insert(function.paths[Int(path.rawValue)])
    case .unlock(let path, _): held.remove(function.paths[Int(path.rawValue)])
    default: break
    }
  }

  /// The locks held just before an instruction.
  func held(block: Int, index: Int) -> Set<MemoryPath> {
    var held = atEntry[block] ?? []
    for instruction in function.blocks[block].instructions.prefix(index) { apply(instruction.operation, &held) }
    return held
  }
}
