import Findings

/// Goroutines write one map without a common lock: several that a loop starts, two that are started one after the other, or one and the function that started
/// it. The runtime ends the program with `concurrent map writes`.
///
/// Writes are followed into what the goroutines call. Quiet where a lock is held for writing that all of them know, where each goroutine has a map of its own, for
/// `sync.Map`, where a token goes round a channel, and where the spawner waits before it goes on. Where a channel is used in another way the order is not
/// known, and the finding is yellow.
struct ConcurrentMapWrite: Rule {
  let info = RuleDescription(
    id: "BM014", name: "concurrent-map-write", severity: .red, languages: [.go, .swift],
    summary: "Several goroutines write one map without a lock.",
    page: String(decoding: PackageResources.BM014_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    let writes = SharedWrites(analysis.program, analysis.callGraph)
    let spawns = Spawns(analysis.program, analysis.callGraph, writes)
    var result: [Finding] = []
    var reported: Set<SourceRange> = []
    for id in analysis.program.functionIDs {
      let found = spawns.spawns(in: id)
      guard !found.isEmpty else { continue }
      var search = Search(id: id, analysis: analysis, writes: writes)
      search.run(found)
      for race in search.races where reported.insert(race.write.range).inserted {
        result.append(finding(race, analysis))
      }
    }
    return result
  }

  /// Two writes of one map that can happen at the same time.
  private struct Race {
    var write: SharedWrite
    var spawn: Spawn
    var other: SharedWrite?
    var otherSpawn: Spawn?
    var isOrdered: Bool
  }

  /// Looks for races among the goroutines that one function starts.
  private struct Search {
    let id: FunctionID
    let analysis: Analysis
    let writes: SharedWrites
    var races: [Race] = []
    private let function: Function

    init(id: FunctionID, analysis: Analysis, writes: SharedWrites) {
      self.id = id
      self.analysis = analysis
      self.writes = writes
      function = analysis.program.function(id)
    }

    mutating func run(_ spawns: [Spawn]) {
      let started = spawns.map { spawn in
        writes.writes(of: spawn.target).compactMap { writes.translated($0, from: spawn.target, spawn.call, in: id) }
      }
      guard started.contains(where: { !$0.isEmpty }) else { return }
      for (spawn, own) in zip(spawns, started) { repeated(spawn, own) }
      for (first, spawn) in spawns.enumerated() where !started[first].isEmpty {
        let after = instructionsAfter(spawn)
        for (second, other) in spawns.enumerated() where second != first {
          guard
            after.contains(Position(block: other.block, index: other.index)) || isTogether(spawn, other, first < second)
          else { continue }
          pair(spawn, started[first], other, started[second])
        }
        own(spawn, started[first], after)
      }
    }

    /// Two functions that one call starts.
    private func isTogether(_ spawn: Spawn, _ other: Spawn, _ isFirst: Bool) -> Bool {
      isFirst && spawn.block == other.block && spawn.index == other.index && spawn.target != other.target
        && spawn.call == nil
    }

    // MARK: Several of one kind

    private mutating func repeated(_ spawn: Spawn, _ started: [SharedWrite]) {
      var loop = function.blocksInLoops(with: spawn.creation)
      if loop.isEmpty { loop = function.blocksInLoops(with: spawn.block) }
      guard !loop.isEmpty || spawn.isRepeated else { return }
      if !loop.isEmpty, spawn.creation == spawn.block,
        writes.waitsEachRound(loop, block: spawn.block, index: spawn.index, in: id)
      {
        return
      }
      for write in started where !write.mayBeLocked && isShared(write.map, loop) {
        if write.locks.contains(where: { isShared($0, loop) }) { continue }
        let receives = loop.contains { block in
          if case .fork = function.blocks[block].terminator { return true }
          return function.blocks[block].instructions.contains { writes.isJoin($0.operation, id) }
        }
        races.append(
          Race(
            write: write, spawn: spawn,
            isOrdered: !spawn.isRepeated && (receives || usesChannel(write.function) || usesChannel(spawn.target))))
      }
    }

    /// Whether a place is the same in all rounds of a loop.
    private func isShared(_ reference: Reference, _ loop: Set<Int>) -> Bool {
      let definitions = writes.resolver(id).definitions
      if case .local(let variable) = reference.root,
        !definitions.positions(of: variable).allSatisfy({ !loop.contains(Int($0.block)) })
      {
        return false
      }
      guard let field = reference.fields.last else { return true }
      return !loop.contains { block in
        function.blocks[block].instructions.contains { instruction in
          guard case .store(let path, _) = instruction.operation else { return false }
          return function.paths[Int(path.rawValue)].fields.last == field
        }
      }
    }

    private func usesChannel(_ function: FunctionID) -> Bool {
      analysis.program.function(function).blocks.contains { block in
        if case .fork = block.terminator { return true }
        return block.instructions.contains {
          switch $0.operation {
          case .fresh(_, .received), .escape: true
          default: false
          }
        }
      }
    }

    // MARK: Two of different kinds

    private struct Position: Hashable {
      var block: Int
      var index: Int
    }

    /// The instructions that can run after a spawn before the function waits for anything.
    private func instructionsAfter(_ spawn: Spawn) -> Set<Position> {
      var result: Set<Position> = []
      var seen: Set<Int> = []
      var pending: [(block: Int, from: Int)] = [(spawn.block, spawn.index + 1)]
      while let (block, from) = pending.popLast() {
        var isJoined = false
        let instructions = function.blocks[block].instructions
        for index in instructions.indices.dropFirst(from) {
          result.insert(Position(block: block, index: index))
          if writes.isJoin(instructions[index].operation, id) {
            isJoined = true
            break
          }
        }
        if isJoined { continue }
        for next in function.successors(of: block) where seen.insert(next).inserted { pending.append((next, 0)) }
      }
      return result
    }

    private func isUnlocked(_ one: SharedWrite, _ other: SharedWrite) -> Bool {
      !one.mayBeLocked && !other.mayBeLocked && one.locks.isDisjoint(with: other.locks)
    }

    private mutating func pair(
      _ spawn: Spawn, _ started: [SharedWrite], _ other: Spawn, _ others: [SharedWrite]
    ) {
      for write in started where !hasRace(on: write.map) {
        guard let second = others.first(where: { $0.map == write.map && isUnlocked($0, write) }) else { continue }
        // One that waits for the other is in order.
        let isOrdered = write.isAfterReceive || second.isAfterReceive
        races.append(Race(write: write, spawn: spawn, other: second, otherSpawn: other, isOrdered: isOrdered))
      }
    }

    private mutating func own(_ spawn: Spawn, _ started: [SharedWrite], _ after: Set<Position>) {
      let candidates = started.filter { !$0.isAfterReceive && !hasRace(on: $0.map) }
      if candidates.isEmpty { return }
      let mine = writes.all(of: id).filter { after.contains(Position(block: $0.block, index: $0.index)) }
      for write in candidates where !hasRace(on: write.map) {
        guard let second = mine.first(where: { $0.write.map == write.map && isUnlocked($0.write, write) }) else {
          continue
        }
        races.append(Race(write: write, spawn: spawn, other: second.write, isOrdered: false))
      }
    }

    private func hasRace(on map: Reference) -> Bool { races.contains { $0.write.map == map } }
  }

  private func finding(_ race: Race, _ analysis: Analysis) -> Finding {
    let target = analysis.program.function(race.write.function)
    let wording = Wording(language: target.language)
    let isOne = race.other != nil
    var steps = [
      FlowStep(
        .spawned, at: analysis.place(race.spawn.range),
        isOne ? "a \(wording.task) is started here" : "\(wording.tasks) are started here, more than one")
    ]
    if let spawn = race.otherSpawn {
      steps.append(FlowStep(.spawned, at: analysis.place(spawn.range), "another one is started here"))
    }
    steps.append(
      FlowStep(
        .stored, at: analysis.place(race.write.range),
        isOne ? "it writes the map here" : "each of them writes the map here"))
    if let other = race.other {
      steps.append(
        FlowStep(
          .stored, at: analysis.place(other.range),
          race.otherSpawn == nil
            ? "and the function that started it writes it here" : "and the other one writes it here"))
    }
    return Finding(
      rule: info.id, severity: race.isOrdered ? .yellow : .red,
      message: race.other != nil && race.otherSpawn == nil
        ? "a \(wording.task) and the function that started it write this map at the same time, and no lock is held"
        : "several \(wording.tasks) write this map at the same time, and no lock is held",
      uncertainty: race.isOrdered
        ? "a channel is used as well: whether that keeps the \(wording.tasks) apart is not known" : nil,
      place: analysis.place(race.write.range), symbol: analysis.name(target.displayName), steps: steps)
  }
}
