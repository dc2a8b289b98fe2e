import Findings

/// The address of a loop variable is kept, or the variable is captured by a goroutine, in a file whose version of Go shares one variable among all rounds.
///
/// Red into a map or a goroutine, else yellow. Silent from Go 1.22 on, and where the body makes a copy first.
struct LoopVariableAddress: Rule {
  let info = RuleDescription(
    id: "BM012", name: "loop-variable-address", severity: .red, languages: [.go],
    summary: "The address of a variable that all rounds of a loop share is kept.",
    page: String(decoding: PackageResources.BM012_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    var result: [Finding] = []
    for id in analysis.program.functionIDs {
      let function = analysis.program.function(id)
      guard function.variables.contains(where: \.isSharedByLoop) else { continue }
      let definitions = Definitions(function)
      for (number, block) in function.blocks.enumerated() {
        let found = block.instructions.flatMap { findings($0, id, function, definitions, analysis) }
        if found.isEmpty { continue }
        // Where the loop ends right after, there is no next round that could change the variable.
        let loop = function.blocksInLoops(with: number)
        if loop.isEmpty { continue }
        result += isOrdered(loop, function, analysis) ? found.map(weakened) : found
      }
    }
    return result
  }

  private func findings(
    _ instruction: Instruction, _ id: FunctionID, _ function: Function, _ definitions: Definitions,
    _ analysis: Analysis
  ) -> [Finding] {
    switch instruction.operation {
    case .map(let access) where access.kind == .store:
      return [access.key, access.value].compactMap { $0 }.compactMap { stored in
        loopVariable(addressedBy: stored, definitions).map {
          finding($0.0, $0.1, instruction.range, "kept in a map", .red, function, analysis)
        }
      }
    case .store(let path, let from):
      let place = function.paths[Int(path.rawValue)]
      if case .variable = place.root, place.fields.isEmpty { return [] }
      return loopVariable(addressedBy: from, definitions).map {
        [finding($0.0, $0.1, instruction.range, "kept", .yellow, function, analysis)]
      } ?? []
    case .escape(let value):
      return loopVariable(addressedBy: value, definitions).map {
        [finding($0.0, $0.1, instruction.range, "kept", .yellow, function, analysis)]
      } ?? []
    case .call(let number):
      let call = function.calls[Int(number)]
      guard call.mode == .spawned else { return [] }
      var found: [Finding] = []
      for argument in call.arguments {
        if let (variable, taken) = loopVariable(addressedBy: argument, definitions) {
          found.append(finding(variable, taken, instruction.range, "handed to a goroutine", .red, function, analysis))
        }
      }
      if let closure = closure(call, in: id, definitions, analysis) {
        for capture in closure.captures where function.variables[Int(capture.outer.rawValue)].isSharedByLoop {
          found.append(
            finding(capture.outer, instruction, instruction.range, "captured by a goroutine", .red, function, analysis))
        }
      }
      return found
    default: return []
    }
  }

  /// Whether a round may wait for what it started: it calls a `Wait`, or receives from a channel.
  private func isOrdered(_ loop: Set<Int>, _ function: Function, _ analysis: Analysis) -> Bool {
    loop.contains { block in
      if case .fork = function.blocks[block].terminator { return true }
      return function.blocks[block].instructions.contains { instruction in
        switch instruction.operation {
        case .fresh(_, .unknown): return true
        case .call(let number):
          guard case .library(let name) = function.calls[Int(number)].callee else { return false }
          return analysis.name(name).hasSuffix(").Wait")
        default: return false
        }
      }
    }
  }

  private func weakened(_ finding: Finding) -> Finding {
    var finding = finding
    finding.severity = min(finding.severity, .yellow)
    finding.uncertainty = "the loop waits for something: whether each round waits for what it started is not known"
    return finding
  }

  private func closure(_ call: Call, in id: FunctionID, _ definitions: Definitions, _ analysis: Analysis) -> Function? {
    var symbol: Symbol?
    switch call.callee {
    case .function(let name): symbol = name
    case .value(let variable):
      if case .fresh(_, .function(let name))? = definitions.origin(of: variable)?.operation { symbol = name }
    default: break
    }
    return symbol.flatMap { analysis.program.function(named: $0) }.map {
      analysis.program.function($0)
    }
  }

  private func loopVariable(addressedBy value: VariableID, _ definitions: Definitions) -> (VariableID, Instruction)? {
    guard let origin = definitions.origin(of: value), case .address(_, let path) = origin.operation else { return nil }
    let place = definitions.function.paths[Int(path.rawValue)]
    guard case .variable(let variable) = place.root, place.fields.isEmpty,
      definitions.function.variables[Int(variable.rawValue)].isSharedByLoop
    else { return nil }
    return (variable, origin)
  }

  private func finding(
    _ variable: VariableID, _ taken: Instruction, _ at: SourceRange, _ how: String, _ severity: Severity,
    _ function: Function, _ analysis: Analysis
  ) -> Finding {
    let declared = function.variables[Int(variable.rawValue)]
    let name = analysis.name(declared.name)
    return Finding(
      rule: info.id, severity: severity,
      message:
        "the loop variable `\(name)` is \(how), but all rounds of the loop share it: every one sees the last value",
      place: analysis.place(at), symbol: analysis.name(function.displayName),
      steps: [
        FlowStep(
          .note, at: analysis.place(declared.range),
          "`\(name)` is one variable for the whole loop: the file's Go version is below 1.22"),
        FlowStep(.used, at: analysis.place(taken.range), "\(how) here"),
      ])
  }
}
