import Findings

/// The inside of a map, its header or bucket pointer, is read through `unsafe.Pointer` and handed to C or kept. The next growth moves the buckets.
struct BucketPointerToC: Rule {
  let info = RuleDescription(
    id: "BM010", name: "bucket-pointer-to-c", severity: .red, languages: [.go],
    summary: "A pointer into a map's buckets is handed to C or kept.",
    page: String(decoding: PackageResources.BM010_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    MapInternalUses.all(in: analysis).filter { $0.isInternal }.map { use in
      let target = use.foreign.map { "handed to `C.\($0)`" } ?? "kept"
      return Finding(
        rule: info.id, severity: .red,
        message: "a pointer into a map's own memory is \(target): growth moves and frees the buckets",
        place: use.place, symbol: use.symbol,
        steps: [
          FlowStep(.used, at: use.taken, "taken from the map's header here"),
          FlowStep(.passed, at: use.place, "\(target) here"),
        ])
    }
  }
}

/// The addresses and insides of maps, and where they go.
struct MapInternalUses {
  /// Whether it points into the map's memory; otherwise it is the address of the variable that holds the map.
  var isInternal: Bool
  var place: Place
  var taken: Place
  var symbol: String
  /// The C function that gets it; nil when it is kept.
  var foreign: String?

  static func all(in analysis: Analysis) -> [MapInternalUses] {
    var result: [MapInternalUses] = []
    for id in analysis.program.functionIDs {
      let function = analysis.program.function(id)
      guard function.blocks.contains(where: { $0.instructions.contains { isSource($0.operation, function, analysis) } })
      else { continue }
      let definitions = Definitions(function)
      func source(_ variable: VariableID) -> (Instruction, Bool)? {
        guard let origin = definitions.origin(of: variable) else { return nil }
        if case .fresh(_, .mapInternals) = origin.operation { return (origin, true) }
        if case .address(_, let path) = origin.operation, function.type(of: path, in: analysis.program).class == .map {
          return (origin, false)
        }
        return nil
      }
      for block in function.blocks {
        for instruction in block.instructions {
          switch instruction.operation {
          case .call(let number):
            let call = function.calls[Int(number)]
            guard case .foreign(let name) = call.callee else { continue }
            for (argument, range) in zip(call.arguments, call.argumentRanges) {
              guard let (taken, isInternal) = source(argument) else { continue }
              result.append(
                MapInternalUses(
                  isInternal: isInternal, place: analysis.place(range), taken: analysis.place(taken.range),
                  symbol: analysis.name(function.displayName), foreign: analysis.name(name)))
            }
          case .store(let path, let from):
            let place = function.paths[Int(path.rawValue)]
            if case .variable = place.root, place.fields.isEmpty { continue }
            guard let (taken, isInternal) = source(from), isInternal else { continue }
            result.append(
              MapInternalUses(
                isInternal: true, place: analysis.place(instruction.range), taken: analysis.place(taken.range),
                symbol: analysis.name(function.displayName), foreign: nil))
          default: break
          }
        }
      }
    }
    return result
  }

  private static func isSource(_ operation: Operation, _ function: Function, _ analysis: Analysis) -> Bool {
    switch operation {
    case .fresh(_, .mapInternals): true
    case .address(_, let path): function.type(of: path, in: analysis.program).class == .map
    default: false
    }
  }
}
