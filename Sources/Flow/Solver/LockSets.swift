/// The locks that are held at each instruction of a function, on all ways that lead there, or on some. A deferred unlock holds the lock to the end.
struct LockSets {
  /// A lock, and how it is held.
  struct Held: Hashable {
    var path: MemoryPath
    var mode: LockMode
  }

  private var atEntry: [Set<Held>?]
  private let function: Function

  init(_ function: Function, onSomeWay: Bool = false) {
    self.function = function
    atEntry = Array(repeating: nil, count: function.blocks.count)
    guard !function.blocks.isEmpty else { return }
    atEntry[0] = []
    var pending = [0]
    while let block = pending.popLast() {
      var held = atEntry[block] ?? []
      for instruction in function.blocks[block].instructions { apply(instruction.operation, &held) }
      for next in function.successors(of: block) {
        let merged = atEntry[next].map { onSomeWay ? $0.union(held) : $0.intersection(held) } ?? held
        if merged != atEntry[next] {
          atEntry[next] = merged
          pending.append(next)
        }
      }
    }
  }

  private func apply(_ operation: Operation, _ held: inout Set<Held>) {
    switch operation {
    case .lock(let path, let mode): held.insert(Held(path: function.paths[Int(path.rawValue)], mode: mode))
    case .unlock(let path, let mode): held.remove(Held(path: function.paths[Int(path.rawValue)], mode: mode))
    default: break
    }
  }

  /// The locks held just before an instruction.
  func held(block: Int, index: Int) -> Set<Held> {
    var held = atEntry[block] ?? []
    for instruction in function.blocks[block].instructions.prefix(index) { apply(instruction.operation, &held) }
    return held
  }
}
