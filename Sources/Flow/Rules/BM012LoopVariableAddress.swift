import Findings

/// The address of a loop variable, or a closure that captures it, is kept or handed to a goroutine, in a file whose version of Go shares one variable among all
/// rounds.
///
/// Red into a map or a goroutine, else yellow. Silent from Go 1.22 on, where the body makes a copy first, and where each round waits for its goroutine.
struct LoopVariableAddress: Rule {
  let info = RuleDescription(
    id: "BM012", name: "loop-variable-address", severity: .red, languages: [.go],
    summary: "The address of a variable that all rounds of a loop share is kept.",
    page: String(decoding: PackageResources.BM012_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    let writes = SharedWrites(analysis.program, analysis.callGraph)
    let spawns = Spawns(analysis.program, analysis.callGraph, writes)
    let keepers = Keepers(analysis.program, analysis.callGraph)
    var result: [Finding] = []
    for id in analysis.functionIDs(for: info) where analysis.program.traits(id).contains(.sharesLoopVariables) {
      let function = analysis.program.function(id)
      let search = Search(
        id: id, function: function, analysis: analysis, writes: writes, keepers: keepers,
        spawns: spawns.spawns(in: id))
      var fixed: Set<VariableID> = []
      for use in search.uses() {
        result.append(finding(use, isFirst: fixed.insert(use.variable).inserted, function, analysis))
      }
    }
    return result
  }

  /// A loop variable that outlives its round.
  private struct Use {
    var variable: VariableID
    var instruction: Instruction
    var how: String
    var severity: Severity
    var isOrdered = false
  }

  private struct Search {
    let id: FunctionID
    let function: Function
    let analysis: Analysis
    let writes: SharedWrites
    let keepers: Keepers
    let spawns: [Spawn]

    func uses() -> [Use] {
      let resolver = writes.resolver(id)
      var result: [Use] = []
      for (number, block) in function.blocks.enumerated() {
        var found: [Use] = []
        for (index, instruction) in block.instructions.enumerated() {
          found += spawned(number, index, instruction, resolver)
          found += kept(instruction, number, resolver)
        }
        // Where the loop ends right after, there is no next round that could change the variable.
        if !found.isEmpty, !function.blocksInLoops(with: number).isEmpty { result += found }
      }
      return result
    }

    /// The loop variables whose address a value is, or that it captures.
    private func loopVariables(in value: VariableID, _ resolver: ReferenceResolver) -> [VariableID] {
      guard let origin = resolver.definitions.origin(of: value) else { return [] }
      switch origin.operation {
      case .address(_, let path):
        let place = function.paths[Int(path.rawValue)]
        guard case .variable(let variable) = place.root, place.fields.isEmpty, isShared(variable) else { return [] }
        return [variable]
      case .fresh(_, .function(let name)):
        return analysis.program.function(named: name).map(captured) ?? []
      default: return []
      }
    }

    private func isShared(_ variable: VariableID) -> Bool { function.variables[Int(variable.rawValue)].isSharedByLoop }

    private func captured(by closure: FunctionID) -> [VariableID] {
      let closure = analysis.program.function(closure)
      guard closure.parent == function.symbol else { return [] }
      return closure.captures.map(\.outer).filter(isShared)
    }

    private func isClosure(_ value: VariableID, _ resolver: ReferenceResolver) -> Bool {
      if case .fresh(_, .function)? = resolver.definitions.origin(of: value)?.operation { return true }
      return false
    }

    // MARK: Goroutines

    private func spawned(_ block: Int, _ index: Int, _ instruction: Instruction, _ resolver: ReferenceResolver) -> [Use]
    {
      var found: [Use] = []
      func add(_ variables: [VariableID], _ how: String) {
        for variable in variables where !found.contains(where: { $0.variable == variable }) {
          found.append(Use(variable: variable, instruction: instruction, how: how, severity: .red))
        }
      }
      for spawn in spawns where spawn.block == block && spawn.index == index {
        for argument in spawn.call?.arguments ?? [] {
          add(loopVariables(in: argument, resolver), "handed to a goroutine")
        }
        add(captured(by: spawn.target), "captured by a goroutine")
      }
      if case .call(let number) = instruction.operation, function.calls[Int(number)].mode == .spawned {
        for argument in function.calls[Int(number)].arguments {
          add(loopVariables(in: argument, resolver), "handed to a goroutine")
        }
      }
      if found.isEmpty { return [] }
      let loop = function.blocksInLoops(with: block)
      if writes.waitsEachRound(loop, block: block, index: index, in: id) { return [] }
      // A loop that waits now and then: whether for what it has just started is not known.
      let waits = loop.contains { block in
        if case .fork = function.blocks[block].terminator { return true }
        return function.blocks[block].instructions.contains { writes.isJoin($0.operation, id) }
      }
      if waits {
        for position in found.indices {
          found[position].severity = .yellow
          found[position].isOrdered = true
        }
      }
      return found
    }

    // MARK: Kept

    private func kept(_ instruction: Instruction, _ block: Int, _ resolver: ReferenceResolver) -> [Use] {
      func uses(_ value: VariableID, _ how: String, _ severity: Severity) -> [Use] {
        loopVariables(in: value, resolver).map {
          Use(variable: $0, instruction: instruction, how: how, severity: severity)
        }
      }
      switch instruction.operation {
      case .map(let access) where access.kind == .store:
        return [access.key, access.value].compactMap { $0 }.flatMap { uses($0, "kept in a map", .red) }
      case .store(let path, let from):
        let place = function.paths[Int(path.rawValue)]
        if case .variable = place.root, place.fields.isEmpty { return [] }
        // A closure in an object of this round is mostly called in this round.
        if isClosure(from, resolver), !outlivesRound(resolver.reference(path), block, resolver) { return [] }
        return uses(from, "kept", .yellow)
      case .escape(let value): return uses(value, "kept", .yellow)
      case .call(let number):
        let call = function.calls[Int(number)]
        guard call.mode == .direct else { return [] }
        var found: [Use] = []
        for target in analysis.callGraph.targets(of: id, call: number) {
          for (index, inMap) in keepers.keptParameters(of: target).sorted(by: { $0.key < $1.key })
          where index < call.arguments.count {
            found += uses(call.arguments[index], inMap ? "kept in a map" : "kept", inMap ? .red : .yellow)
          }
        }
        return found
      default: return []
      }
    }

    private func outlivesRound(_ reference: Reference, _ block: Int, _ resolver: ReferenceResolver) -> Bool {
      guard case .local(let variable) = reference.root else { return true }
      let loop = function.blocksInLoops(with: block)
      return resolver.definitions.positions(of: variable).contains { !loop.contains(Int($0.block)) }
    }
  }

  private func finding(_ use: Use, isFirst: Bool, _ function: Function, _ analysis: Analysis) -> Finding {
    let declared = function.variables[Int(use.variable.rawValue)]
    let name = analysis.name(declared.name)
    return Finding(
      rule: info.id, severity: use.severity,
      message:
        "the loop variable `\(name)` is \(use.how), but all rounds of the loop share it: every one sees the last value",
      uncertainty: use.isOrdered
        ? "the loop waits for something: whether each round waits for what it started is not known" : nil,
      place: analysis.place(use.instruction.range), symbol: analysis.name(function.displayName),
      steps: [
        FlowStep(
          .note, at: analysis.place(declared.range),
          "`\(name)` is one variable for the whole loop: the file's Go version is below 1.22"),
        FlowStep(.used, at: analysis.place(use.instruction.range), "\(use.how) here"),
      ],
      fixes: isFirst ? fix(name, use.instruction, analysis) : [])
  }

  /// A copy in front of the statement. A second one in the same block would not compile, so only the first use of a variable gets it.
  private func fix(_ name: String, _ instruction: Instruction, _ analysis: Analysis) -> [Fix] {
    guard !name.isEmpty, let edit = analysis.insertion(of: "\(name) := \(name)", before: instruction.statement) else {
      return []
    }
    return [Fix("Copy the variable, so that each round has its own", edits: [edit])]
  }
}
