// What functions do to locks for their callers: `func (r *registry) lock() { r.mu.Lock() }` leaves one taken, its counterpart gives back one that it has not
// taken. A lock is told to callers when it is a global or lies in what they hand over; one that is taken on some ways only is not.

/// The locks that functions leave taken or give back. Made on demand, callees first; used by one thread.
final class LockSummaries {
  private struct Step: Hashable {
    var lock: Reference
    var mode: LockMode
    var isTaken: Bool
  }

  private static let maximumDepth = 4

  private let program: Program
  private let graph: CallGraph
  private var known: [FunctionID: [Step]] = [:]

  init(_ program: Program, _ graph: CallGraph) {
    self.program = program
    self.graph = graph
  }

  /// The locks held in a function, with what its callees take and give back.
  func lockSets(of id: FunctionID, onSomeWay: Bool = false) -> LockSets {
    LockSets(program.function(id), changes: changes(in: id, depth: 0), onSomeWay: onSomeWay)
  }

  /// What the direct calls of a function do, by their numbers.
  private func changes(in id: FunctionID, depth: Int) -> [Int32: [LockChange]] {
    let function = program.function(id)
    var result: [Int32: [LockChange]] = [:]
    var definitions: Definitions?
    for (number, call) in function.calls.enumerated() where call.mode == .direct {
      let found = changes(by: call, Int32(number), in: id, &definitions, depth: depth)
      if !found.isEmpty { result[Int32(number)] = found }
    }
    return result
  }

  private func changes(
    by call: Call, _ number: Int32, in id: FunctionID, _ definitions: inout Definitions?, depth: Int
  ) -> [LockChange] {
    let targets = graph.targets(of: id, call: number)
    var all: [(callee: FunctionID, steps: [Step])] = []
    for target in targets { all.append((target, steps(of: target, depth: depth + 1))) }
    if all.allSatisfy({ $0.steps.isEmpty }) { return byConvention(call, in: id, &definitions) }
    var result: [LockChange] = []
    var taken: Set<LockChange>?
    for (callee, steps) in all {
      let here = steps.compactMap { translated($0, from: callee, call, in: id, &definitions) }
      // Any of the callees may give one back; taken it is only if all of them take it.
      result += here.filter { !$0.isTaken }
      let takenHere = Set(here.filter(\.isTaken))
      taken = taken.map { $0.intersection(takenHere) } ?? takenHere
    }
    return result + (taken ?? [])
  }

  private func byConvention(_ call: Call, in id: FunctionID, _ definitions: inout Definitions?) -> [LockChange] {
    guard call.arguments.count == 1, case .function(let name) = call.callee,
      let change = LockChange.byConvention(program.symbols.name(name))
    else { return [] }
    let function = program.function(id)
    guard function.variables[Int(call.arguments[0].rawValue)].type.class != .plain else { return [] }
    var path = path(of: call.arguments[0], [], in: function, &definitions)
    if path.fields.isEmpty, case .variable(let variable) = path.root {
      // An object that is a lock itself: its type stands for the field.
      let type = program.symbols.name(function.variables[Int(variable.rawValue)].type.name)
      if !type.isEmpty { path = MemoryPath(path.root, fields: [program.symbols.intern("\(type).lock")]) }
    }
    return [LockChange(path: path, mode: change.mode, isTaken: change.isTaken)]
  }

  private func translated(
    _ step: Step, from callee: FunctionID, _ call: Call, in caller: FunctionID, _ definitions: inout Definitions?
  ) -> LockChange? {
    let outer: VariableID
    switch step.lock.root {
    case .global(let symbol):
      return LockChange(
        path: MemoryPath(.global(symbol), fields: step.lock.fields), mode: step.mode, isTaken: step.isTaken)
    case .local: return nil
    case .parameter(let index):
      guard index < call.arguments.count else { return nil }
      outer = call.arguments[index]
    case .capture(let inner):
      let function = program.function(callee)
      guard function.parent == program.function(caller).symbol,
        let capture = function.captures.first(where: { $0.inner == inner })
      else { return nil }
      outer = capture.outer
    }
    let path = path(of: outer, step.lock.fields, in: program.function(caller), &definitions)
    return LockChange(path: path, mode: step.mode, isTaken: step.isTaken)
  }

  /// The place that an argument names: behind temporaries, so that it is written as the function itself writes it.
  private func path(
    of variable: VariableID, _ fields: [Symbol], in function: Function, _ definitions: inout Definitions?
  ) -> MemoryPath {
    let known = definitions ?? Definitions(function)
    definitions = known
    var variable = variable
    var fields = fields
    for _ in 0..<8 where function.variables[Int(variable.rawValue)].name == .empty {
      let all = known.definitions(of: variable)
      guard all.count == 1 else { break }
      switch all[0].operation {
      case .copy(_, let from), .convert(_, let from, _): variable = from
      case .load(_, let path), .address(_, let path):
        let place = function.paths[Int(path.rawValue)]
        fields = place.fields + fields
        switch place.root {
        case .global: return MemoryPath(place.root, fields: fields)
        case .variable(let next): variable = next
        }
      default: return MemoryPath(.variable(variable), fields: fields)
      }
    }
    return MemoryPath(.variable(variable), fields: fields)
  }

  // MARK: Summaries

  private func steps(of id: FunctionID, depth: Int) -> [Step] {
    if let known = known[id] { return known }
    guard depth <= Self.maximumDepth else { return [] }
    // What a recursive call does is found in the first round.
    known[id] = []
    let found = makeSteps(of: id, depth: depth)
    known[id] = found
    return found
  }

  private func makeSteps(of id: FunctionID, depth: Int) -> [Step] {
    let function = program.function(id)
    let changes = changes(in: id, depth: depth)
    guard !changes.isEmpty || Self.locks(function) else { return [] }
    let sets = LockSets(function, changes: changes)
    var givenBack = sets.givenBack
    var taken: Set<LockSets.Held>?
    for (block, content) in function.blocks.enumerated() {
      guard case .return = content.terminator, sets.isReached(block) else { continue }
      let held = sets.held(block: block, index: content.instructions.count)
      taken = taken.map { $0.intersection(held) } ?? held
    }
    var atExit = taken ?? []
    if !atExit.isEmpty || !givenBack.isEmpty || function.calls.contains(where: { $0.mode == .deferred }) {
      for (number, call) in function.calls.enumerated() where call.mode == .deferred {
        guard let deferred = deferred(call, Int32(number), in: id, depth: depth) else {
          // Something unknown runs at the exit, such as what `defer r.lock()()` gives back.
          atExit = []
          continue
        }
        for change in deferred {
          let held = LockSets.Held(path: change.path, mode: change.mode)
          if change.isTaken {
            atExit.insert(held)
          } else if atExit.remove(held) == nil {
            givenBack.insert(held)
          }
        }
      }
    }
    if atExit.isEmpty, givenBack.isEmpty { return [] }
    let resolver = ReferenceResolver(function)
    func step(_ held: LockSets.Held, isTaken: Bool) -> Step? {
      let lock = resolver.reference(held.path)
      return lock.isLocal ? nil : Step(lock: lock, mode: held.mode, isTaken: isTaken)
    }
    return givenBack.compactMap { step($0, isTaken: false) } + atExit.compactMap { step($0, isTaken: true) }
  }

  /// What a deferred call does; nil where it is not known.
  private func deferred(_ call: Call, _ number: Int32, in id: FunctionID, depth: Int) -> [LockChange]? {
    var definitions: Definitions?
    switch call.callee {
    case .value: return nil
    case .library(let name):
      guard call.arguments.count == 1, program.symbols.name(name).hasPrefix("sync."),
        let change = LockChange.byConvention(program.symbols.name(name))
      else { return [] }
      let path = path(of: call.arguments[0], [], in: program.function(id), &definitions)
      return [LockChange(path: path, mode: change.mode, isTaken: change.isTaken)]
    default: return changes(by: call, number, in: id, &definitions, depth: depth)
    }
  }

  private static func locks(_ function: Function) -> Bool {
    function.blocks.contains { block in
      block.instructions.contains {
        switch $0.operation {
        case .lock, .unlock: true
        default: false
        }
      }
    }
  }
}
