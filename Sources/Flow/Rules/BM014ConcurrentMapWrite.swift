import Findings

/// Goroutines that a loop starts, or that are started at several places, write one map without a lock: the runtime ends the program with `concurrent map writes`.
///
/// The map is a captured variable, a parameter's, or a package-level one. Quiet where a lock is held, where each round has a map of its own, for `sync.Map`, and where the
/// loop waits for the goroutine before the next round. Where the loop receives from a channel the order is not known, and the finding is yellow.
struct ConcurrentMapWrite: Rule {
  let info = RuleDescription(
    id: "BM014", name: "concurrent-map-write", severity: .red, languages: [.go, .swift],
    summary: "Several goroutines write one map without a lock.",
    page: String(decoding: PackageResources.BM014_md, as: UTF8.self))

  private struct Spawn {
    var function: FunctionID
    var block: Int
    var instruction: Instruction
    var target: FunctionID
    var call: Call
  }

  func findings(in analysis: Analysis) -> [Finding] {
    var result: [Finding] = []
    var reported: Set<SourceRange> = []
    for id in analysis.program.functionIDs {
      let spawns = spawns(in: id, analysis)
      guard !spawns.isEmpty else { continue }
      let function = analysis.program.function(id)
      for spawn in spawns {
        let loop = function.blocksInLoops(with: spawn.block)
        let isRepeated = !loop.isEmpty
        let twins = spawns.filter { $0.target == spawn.target }.count
        guard isRepeated || twins > 1 else { continue }
        if isRepeated && waits(loop, function, analysis) { continue }
        for write in writes(spawn.target, analysis) {
          guard isShared(write.path, spawn, loop, function, analysis), reported.insert(write.range).inserted else {
            continue
          }
          // A channel in the loop, or around the write, may keep the goroutines apart.
          let target = analysis.program.function(spawn.target)
          let isOrdered = isRepeated && receives(loop, function) || usesChannel(target)
          result.append(finding(write, spawn, isOrdered: isOrdered, analysis))
        }
      }
    }
    return result
  }

  private func spawns(in id: FunctionID, _ analysis: Analysis) -> [Spawn] {
    let edges = analysis.callGraph.outgoing(id)
    guard edges.contains(where: { $0.mode == .spawned || $0.isArgument }) else { return [] }
    let function = analysis.program.function(id)
    var result: [Spawn] = []
    for (block, content) in function.blocks.enumerated() {
      for instruction in content.instructions {
        guard case .call(let number) = instruction.operation else { continue }
        let call = function.calls[Int(number)]
        for edge in edges where edge.call == number {
          if call.mode == .spawned && !edge.isArgument || edge.isArgument && startsGoroutine(call, analysis) {
            result.append(Spawn(function: id, block: block, instruction: instruction, target: edge.callee, call: call))
          }
        }
      }
    }
    return result
  }

  private func startsGoroutine(_ call: Call, _ analysis: Analysis) -> Bool {
    guard case .library(let name) = call.callee else { return false }
    return ["sync.(*WaitGroup).Go", "golang.org/x/sync/errgroup.(*Group).Go"].contains(analysis.name(name))
  }

  private func waits(_ loop: Set<Int>, _ function: Function, _ analysis: Analysis) -> Bool {
    loop.contains { block in
      function.blocks[block].instructions.contains { instruction in
        guard case .call(let number) = instruction.operation,
          case .library(let name) = function.calls[Int(number)].callee
        else { return false }
        return analysis.name(name).hasSuffix(").Wait")
      }
    }
  }

  private func receives(_ loop: Set<Int>, _ function: Function) -> Bool {
    loop.contains { block in
      if case .fork = function.blocks[block].terminator { return true }
      return function.blocks[block].instructions.contains {
        if case .fresh(_, .unknown) = $0.operation { true } else { false }
      }
    }
  }

  private func usesChannel(_ function: Function) -> Bool {
    function.blocks.contains { block in
      if case .fork = block.terminator { return true }
      return block.instructions.contains {
        switch $0.operation {
        case .fresh(_, .unknown), .escape: true
        default: false
        }
      }
    }
  }

  private struct Write {
    var path: MemoryPath
    var range: SourceRange
    var function: FunctionID
  }

  /// The writes of a function to maps that it does not own, with no lock held.
  private func writes(_ id: FunctionID, _ analysis: Analysis) -> [Write] {
    let function = analysis.program.function(id)
    let unit = analysis.program.unitIndex(of: id)
    var result: [Write] = []
    var locks: LockSets?
    for (block, content) in function.blocks.enumerated() {
      for (index, instruction) in content.instructions.enumerated() {
        guard case .map(let access) = instruction.operation,
          access.kind == .store || access.kind == .delete || access.kind == .clear,
          analysis.program.mapType(access.mapType, unit: unit)?.isSynchronized != true
        else { continue }
        let known = locks ?? LockSets(function)
        locks = known
        if !known.held(block: block, index: index).isEmpty { continue }
        // A lock taken by a helper is not seen: leave such functions alone.
        if callsLocker(function, analysis) { continue }
        result.append(Write(path: function.paths[Int(access.map.rawValue)], range: instruction.range, function: id))
      }
    }
    return result
  }

  private func callsLocker(_ function: Function, _ analysis: Analysis) -> Bool {
    function.calls.contains { call in
      let name: Symbol
      switch call.callee {
      case .function(let symbol), .library(let symbol), .interfaceMethod(let symbol): name = symbol
      default: return false
      }
      let last = analysis.name(name).split(separator: ".").last?.lowercased() ?? ""
      return last.contains("lock") || last.contains("acquire")
    }
  }

  /// Whether all goroutines that the spawn starts see one map.
  private func isShared(
    _ path: MemoryPath, _ spawn: Spawn, _ loop: Set<Int>, _ function: Function, _ analysis: Analysis
  ) -> Bool {
    switch path.root {
    case .global: return true
    case .variable(let variable):
      let target = analysis.program.function(spawn.target)
      var outer: VariableID?
      if let capture = target.captures.first(where: { $0.inner == variable }) { outer = capture.outer }
      if let position = target.parameters.firstIndex(of: variable), position < spawn.call.arguments.count {
        outer = spawn.call.arguments[position]
      }
      guard let outer else { return false }
      // Fields behind pointers of a parameter are not followed: whether they are one object is not known.
      if !path.fields.isEmpty && target.captures.contains(where: { $0.inner == variable }) == false { return false }
      return isDefined(outer, outside: loop, function)
    }
  }

  /// Whether a variable has the same value in all rounds: nothing in the loop assigns it.
  private func isDefined(_ variable: VariableID, outside loop: Set<Int>, _ function: Function) -> Bool {
    var pending = [variable]
    var seen: Set<VariableID> = []
    while let next = pending.popLast() {
      guard seen.insert(next).inserted else { continue }
      for block in loop {
        for instruction in function.blocks[block].instructions
        where Definitions.written(instruction.operation, function).contains(next) {
          switch instruction.operation {
          case .copy(_, let from), .convert(_, let from, _): pending.append(from)
          case .load(_, let path):
            let place = function.paths[Int(path.rawValue)]
            guard case .variable(let from) = place.root, place.fields.isEmpty else { return false }
            pending.append(from)
          default: return false
          }
        }
      }
    }
    return true
  }

  private func finding(_ write: Write, _ spawn: Spawn, isOrdered: Bool, _ analysis: Analysis) -> Finding {
    let target = analysis.program.function(write.function)
    return Finding(
      rule: info.id, severity: isOrdered ? .yellow : .red,
      message: "several goroutines write this map at the same time, and no lock is held",
      uncertainty: isOrdered
        ? "a channel is used as well: whether that keeps the goroutines apart is not known" : nil,
      place: analysis.place(write.range), symbol: analysis.name(target.displayName),
      steps: [
        FlowStep(.spawned, at: analysis.place(spawn.instruction.range), "goroutines are started here, more than one"),
        FlowStep(.stored, at: analysis.place(write.range), "each of them writes the map here"),
      ])
  }
}
