import Findings

/// A function that C calls, or one that is only reached from such functions, looks something up by what C hands it, and uses the result without asking whether it
/// was there: a late callback crashes.
struct CallbackLookupUnchecked: Rule {
  let info = RuleDescription(
    id: "BM016", name: "callback-lookup-unchecked", severity: .green, languages: [.go, .swift],
    summary: "A callback uses what a map holds without asking whether it is there.",
    page: String(decoding: PackageResources.BM016_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    let uses = UncheckedUses(analysis.program, analysis.callGraph)
    var result: [Finding] = []
    for id in Self.callbacks(analysis) {
      let function = analysis.program.function(id)
      for use in uses.uses(in: id) {
        let map = analysis.sourceMap.text(of: use.source)
        result.append(
          Finding(
            rule: info.id, severity: .green,
            message: "C can call this after the entry is gone: `\(map)` may hold nothing for this key",
            place: analysis.place(use.lookup.range), symbol: analysis.name(function.displayName),
            steps: [
              FlowStep(
                .lookedUp, at: analysis.place(use.lookup.range), "looked up here without asking whether it is there"),
              FlowStep(.used, at: analysis.place(use.use), "used here"),
            ],
            fixes: fix(use, function, analysis)))
      }
    }
    return result
  }

  /// The functions that are exported to C, and those that only they call.
  private static func callbacks(_ analysis: Analysis) -> [FunctionID] {
    let program = analysis.program
    var isCallback = [Bool](repeating: false, count: program.functionCount)
    let ids = program.functionIDs
    for id in ids where program.function(id).isExportedToC { isCallback[Int(id.rawValue)] = true }
    var isChanged = true
    while isChanged {
      isChanged = false
      for id in ids where !isCallback[Int(id.rawValue)] && analysis.callGraph.isReachableFromC[Int(id.rawValue)] {
        let calls = analysis.callGraph.incoming(id)
        let isClosure = program.function(id).parent != nil
        guard !calls.isEmpty, isClosure || !analysis.callGraph.isAddressTaken[Int(id.rawValue)],
          calls.allSatisfy({ isCallback[Int($0.caller.rawValue)] && $0.mode != .spawned })
        else { continue }
        isCallback[Int(id.rawValue)] = true
        isChanged = true
      }
    }
    return ids.filter { isCallback[Int($0.rawValue)] }
  }

  /// `v := m[k]` becomes the two-value form with an early return, where the function returns nothing and the statement stands on a line of its own and in no loop.
  private func fix(_ use: UncheckedUses.Use, _ function: Function, _ analysis: Analysis) -> [Fix] {
    guard function.resultTypes.isEmpty, use.isMapAccess,
      !function.variables.contains(where: { analysis.name($0.name) == "ok" })
    else { return [] }
    let statement = analysis.sourceMap.text(of: use.lookup.statement)
    let expression = analysis.sourceMap.text(of: use.lookup.range)
    guard statement.hasSuffix(":= " + expression) else { return [] }
    let name = statement.dropLast(expression.count + 3).trimmingSuffix { $0 == " " }
    guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else { return [] }
    guard let indent = analysis.indentation(before: use.lookup.statement), !isInLoop(use.lookup, function) else {
      return []
    }
    let place = analysis.place(use.lookup.statement)
    return [
      Fix(
        "Ask whether it is there, and return when it is not",
        edits: [
          Fix.Edit(
            at: place, with: "\(name), ok := \(expression)\n\(indent)if !ok {\n\(indent)\treturn\n\(indent)}")
        ])
    ]
  }

  /// Whether a return would skip further rounds.
  private func isInLoop(_ instruction: Instruction, _ function: Function) -> Bool {
    function.blocks.indices.contains { block in
      function.blocks[block].instructions.contains { $0.range == instruction.range }
        && !function.blocksInLoops(with: block).isEmpty
    }
  }
}

extension Substring {
  /// Without the characters at the end that `isDropped` names.
  fileprivate func trimmingSuffix(_ isDropped: (Character) -> Bool) -> Substring {
    var result = self
    while let last = result.last, isDropped(last) { result.removeLast() }
    return result
  }
}
