import Findings

/// A map with interface keys, or a `sync.Map`, is given a key whose type cannot be hashed: a slice, a map, a function, or a struct or array that holds one. The
/// look-up panics.
///
/// A field that decides about the hash of an object which serves as a key is given another value: see `UnstableKeys`.
///
/// Only what the static type of the converted value says, also in the callers of a function that uses its parameter as a key; an interface that comes from
/// elsewhere is not guessed at.
struct UnhashableKey: Rule {
  let info = RuleDescription(
    id: "BM020", name: "unhashable-or-unstable-key", severity: .red, languages: [.go, .swift],
    summary: "A key cannot be hashed, or its hash can change while it is in the map.",
    page: String(decoding: PackageResources.BM020_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    let types = ConcreteTypes(analysis.program, analysis.callGraph)
    var result: [Finding] = []
    for id in analysis.program.functionIDs where canUseKeys(id, analysis) {
      let function = analysis.program.function(id)
      let unit = analysis.program.unitIndex(of: id)
      for block in function.blocks {
        for instruction in block.instructions {
          switch instruction.operation {
          case .map(let access):
            guard access.kind != .next, let key = access.key,
              analysis.program.mapType(access.mapType, unit: unit)?.keyCanBeUnhashable == true,
              let type = types.unhashable(key, in: id), !types.recovers(function)
            else { continue }
            let range = access.keyRange == .none ? instruction.range : access.keyRange
            result.append(finding(type, range, used: instruction.range, function, analysis))
          case .call(let number): result += arguments(number, id, function, types, analysis)
          default: break
          }
        }
      }
    }
    return result + UnstableKeys(analysis: analysis).findings(info)
  }

  /// Whether a function uses a map, or calls one that takes something as an interface, which may use it as a key.
  private func canUseKeys(_ id: FunctionID, _ analysis: Analysis) -> Bool {
    analysis.program.traits(id).contains(.usesMaps)
      || analysis.callGraph.outgoing(id).contains { analysis.program.traits($0.callee).contains(.takesInterfaces) }
  }

  /// Arguments of functions that use them as keys.
  private func arguments(
    _ number: Int32, _ id: FunctionID, _ function: Function, _ types: ConcreteTypes, _ analysis: Analysis
  ) -> [Finding] {
    let call = function.calls[Int(number)]
    let targets = analysis.callGraph.targets(of: id, call: number)
    guard targets.count == 1, analysis.program.traits(targets[0]).contains(.takesInterfaces),
      analysis.callGraph.isResolved(id, call: number)
    else { return [] }
    let parameters = types.keyParameters(of: targets[0])
    return parameters.sorted { $0.key < $1.key }.compactMap { index, used in
      guard index < call.arguments.count, let type = types.unhashable(call.arguments[index], in: id),
        !types.recovers(function)
      else { return nil }
      return finding(type, call.argumentRanges[index], used: used, function, analysis)
    }
  }

  private func finding(
    _ type: ValueType, _ range: SourceRange, used: SourceRange, _ function: Function, _ analysis: Analysis
  ) -> Finding {
    let part =
      switch (type.class, type.unhashable) {
      case (.map, _): "a map"
      case (.function, _): "a function"
      case (.aggregate, .map): "a map in it"
      case (.aggregate, .function): "a function in it"
      case (.aggregate, _): "a slice in it"
      case (_, .map): "a map in it"
      case (_, .function): "a function in it"
      default: "a slice"
      }
    let name = analysis.name(type.name)
    return Finding(
      rule: info.id, severity: .red,
      message:
        "a key\(name.isEmpty ? "" : " of type `\(name)`") cannot be hashed: \(part) panics in a map look-up",
      place: analysis.place(range), symbol: analysis.name(function.displayName),
      steps: [FlowStep(.lookedUp, at: analysis.place(used), "the map hashes the key here")])
  }
}
