import Findings

/// A call ends everything that a library has handed out, and a map of its pointers stays full.
///
/// Only for functions of C that are known to do so. Silent at the end of the program, and where the function, what it calls, or its
/// callers clear the map.
struct BulkFreeLeavesMap: Rule {
  let info = RuleDescription(
    id: "BM004", name: "bulk-free-leaves-map", severity: .yellow, languages: [.go, .swift],
    summary: "Everything is freed at once, and a map of its pointers stays full.",
    page: String(decoding: PackageResources.BM004_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    var result: [Finding] = []
    let held = HeldTypes(analysis.program)
    for report in FlowReport.all(analysis, with: [.bulkFree]) {
      if analysis.name(report.function.displayName) == "main" || report.function.isTest { continue }
      for event in report.result.events
      where event.kind == .bulkFree && report.result.sites[event.at].inner == nil {
        if isLast(report.result.sites[event.at].range, report.function) { continue }
        let around = neighbours(of: report.id, analysis.callGraph)
        let unit = analysis.program.unitIndex(of: report.id)
        let library = analysis.name(event.function)
        let ends = analysis.program.foreignFunction(event.function, unit: unit)?.ends ?? []
        for group in analysis.mapFacts.groups {
          guard !group.inserts.isEmpty, !group.isEscaped, group.clearers.isDisjoint(with: around),
            let owner = owner(of: group, library, ends, held, analysis, unit: unit)
          else { continue }
          result.append(finding(report, event, owner, group))
        }
      }
    }
    return result
  }

  /// The function, all that it calls, its callers and what they call directly.
  private func neighbours(of id: FunctionID, _ graph: CallGraph) -> Set<FunctionID> {
    var result: Set<FunctionID> = [id]
    var pending = [id]
    while let next = pending.popLast() {
      for edge in graph.outgoing(next) where result.insert(edge.callee).inserted { pending.append(edge.callee) }
    }
    for edge in graph.incoming(id) {
      result.insert(edge.caller)
      for sibling in graph.outgoing(edge.caller) { result.insert(sibling.callee) }
    }
    return result
  }

  /// The declaration of a map that holds objects of the library, as its type or what is inserted says.
  private func owner(
    of group: MapFacts.Group, _ library: String, _ ends: [String], _ held: HeldTypes, _ analysis: Analysis, unit: Int
  ) -> Unit.Declaration? {
    func isEnded(_ type: ValueType, _ unit: Int) -> Bool {
      held.types(of: type, unit: unit).map(analysis.name).contains {
        ends.isEmpty ? Self.isOfLibrary($0, library) : ends.contains($0)
      }
    }
    let holdsInserted = group.inserts.contains { insert in
      let unit = analysis.program.unitIndex(of: insert.function)
      return isEnded(insert.key, unit) || isEnded(insert.value, unit)
    }
    return group.symbols.compactMap { analysis.program.declaration($0) }.sorted {
      analysis.place($0.range) < analysis.place($1.range)
    }
    .first { declaration in
      if holdsInserted { return true }
      guard let type = analysis.program.mapType(declaration.type.mapType, unit: unit) else { return false }
      return isEnded(type.key, unit) || isEnded(type.value, unit)
    }
  }

  /// Whether the program ends on every way behind a call.
  private func isLast(_ range: SourceRange, _ function: Function) -> Bool {
    func isCall(_ instruction: Instruction) -> Bool {
      guard instruction.range == range, case .call(let number) = instruction.operation else { return false }
      return function.calls[Int(number)].mode == .direct
    }
    guard let start = function.blocks.firstIndex(where: { $0.instructions.contains(where: isCall) }) else {
      return false
    }
    var seen: Set<Int> = [start]
    var pending = [start]
    while let block = pending.popLast() {
      switch function.blocks[block].terminator {
      case .return, .panic: return false
      default: break
      }
      for next in function.successors(of: block) where seen.insert(next).inserted { pending.append(next) }
    }
    return true
  }

  /// Whether names say that a type belongs to the library of a function: `GLFWwindow` and `glfwTerminate`, `git_repository` and
  /// `git_libgit2_shutdown`.
  static func isOfLibrary(_ type: String, _ function: String) -> Bool {
    let type = type.lowercased()
    let function = function.lowercased()
    if type.count < 3 { return false }
    if function.contains(type) { return true }
    let common = zip(type, function).prefix { $0 == $1 }.count
    return common >= 3
  }

  private func finding(
    _ report: FlowReport, _ event: FlowEvent, _ owner: Unit.Declaration, _ group: MapFacts.Group
  ) -> Finding {
    let analysis = report.analysis
    let map = analysis.name(owner.displayName)
    let library = analysis.name(event.function)
    let insert = group.inserts.map { analysis.place($0.range) }.min()
    return Finding(
      rule: info.id, severity: .yellow,
      message: "`\(library)` frees everything that `\(map)` holds, and the map stays full",
      place: report.place(event.at), symbol: report.symbol,
      steps: report.flow([
        insert.map { [FlowStep(.stored, at: $0, "stored in `\(map)` here")] } ?? [],
        report.steps(.freed, event.at, "everything is freed here by `\(library)`"),
        [FlowStep(.note, at: analysis.place(owner.range), "`\(map)` keeps its entries")],
      ]))
  }
}
