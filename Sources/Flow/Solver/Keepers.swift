/// Which functions keep what they are given: in a map, a field or an element of something that outlives the call, or in a global. Made on demand; used by one
/// thread.
final class Keepers {
  private let program: Program
  private let graph: CallGraph
  private var kept: [FunctionID: [Int: Bool]] = [:]

  init(_ program: Program, _ graph: CallGraph) {
    self.program = program
    self.graph = graph
  }

  /// The parameters that a function keeps, and whether in a map.
  func keptParameters(of id: FunctionID) -> [Int: Bool] {
    if let known = kept[id] { return known }
    kept[id] = [:]
    let function = program.function(id)
    let isCandidate = function.parameters.contains {
      let type = function.variables[Int($0.rawValue)].type.class
      return type == .managedPointer || type == .function
    }
    guard isCandidate else { return [:] }
    let resolver = ReferenceResolver(function)
    var result: [Int: Bool] = [:]
    func note(_ value: VariableID, inMap: Bool) {
      let reference = resolver.reference(value)
      guard case .parameter(let index) = reference.root, reference.fields.isEmpty else { return }
      result[index] = result[index] ?? false || inMap
    }
    for block in function.blocks {
      for instruction in block.instructions {
        switch instruction.operation {
        case .map(let access) where access.kind == .store:
          guard !resolver.reference(access.map).isLocal else { continue }
          for value in [access.key, access.value].compactMap({ $0 }) { note(value, inMap: true) }
        case .store(let path, let from):
          let place = function.paths[Int(path.rawValue)]
          if case .variable = place.root, place.fields.isEmpty { continue }
          if !resolver.reference(path).isLocal { note(from, inMap: false) }
        case .call(let number):
          let call = function.calls[Int(number)]
          for target in graph.targets(of: id, call: number) {
            for (index, inMap) in keptParameters(of: target) where index < call.arguments.count {
              note(call.arguments[index], inMap: inMap)
            }
          }
        default: break
        }
      }
    }
    kept[id] = result
    return result
  }
}
