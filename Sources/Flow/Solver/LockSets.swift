/// The locks that are held at each instruction of a function, on all ways that lead there, or on some. A deferred unlock holds the lock to the end.
struct LockSets {
  /// A lock, and how it is held.
  struct Held: Hashable {
    var path: MemoryPath
    var mode: LockMode
  }

  private var atEntry: [Set<Held>?]
  /// What was given back somewhere without having been taken before.
  private(set) var givenBack: Set<Held> = []
  private let function: Function
  /// What calls take and give back, by their numbers.
  private let changes: [Int32: [LockChange]]

  init(_ function: Function, changes: [Int32: [LockChange]], onSomeWay: Bool = false) {
    self.function = function
    self.changes = changes
    atEntry = Array(repeating: nil, count: function.blocks.count)
    guard !function.blocks.isEmpty else { return }
    atEntry[0] = []
    var pending = [0]
    while let block = pending.popLast() {
      var held = atEntry[block] ?? []
      for instruction in function.blocks[block].instructions {
        for change in self.changes(by: instruction.operation) {
          let lock = Held(path: change.path, mode: change.mode)
          if !change.isTaken, !held.contains(lock) { givenBack.insert(lock) }
          Self.apply(change, &held)
        }
      }
      for next in function.successors(of: block) {
        let merged = atEntry[next].map { onSomeWay ? $0.union(held) : $0.intersection(held) } ?? held
        if merged != atEntry[next] {
          atEntry[next] = merged
          pending.append(next)
        }
      }
    }
  }

  private func changes(by operation: Operation) -> [LockChange] {
    switch operation {
    case .lock(let path, let mode):
      [LockChange(path: function.paths[Int(path.rawValue)], mode: mode, isTaken: true)]
    case .unlock(let path, let mode):
      [LockChange(path: function.paths[Int(path.rawValue)], mode: mode, isTaken: false)]
    case .call(let number): changes[number] ?? []
    default: []
    }
  }

  private static func apply(_ change: LockChange, _ held: inout Set<Held>) {
    let lock = Held(path: change.path, mode: change.mode)
    if change.isTaken { held.insert(lock) } else { held.remove(lock) }
  }

  /// Whether control can come to a block.
  func isReached(_ block: Int) -> Bool { atEntry[block] != nil }

  /// The locks held just before an instruction.
  func held(block: Int, index: Int) -> Set<Held> {
    var held = atEntry[block] ?? []
    for instruction in function.blocks[block].instructions.prefix(index) {
      for change in changes(by: instruction.operation) { Self.apply(change, &held) }
    }
    return held
  }
}
