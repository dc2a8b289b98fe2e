import Findings

/// A function that C calls looks something up by what C hands it, and uses the result without asking whether it was there: a late callback crashes.
struct CallbackLookupUnchecked: Rule {
  let info = RuleDescription(
    id: "BM016", name: "callback-lookup-unchecked", severity: .green, languages: [.go, .swift],
    summary: "A callback uses what a map holds without asking whether it is there.",
    page: String(decoding: PackageResources.BM016_md, as: UTF8.self))

  func findings(in analysis: Analysis) -> [Finding] {
    var result: [Finding] = []
    for id in analysis.program.functionIDs {
      let function = analysis.program.function(id)
      guard function.isExportedToC else { continue }
      for block in function.blocks {
        for instruction in block.instructions {
          guard case .map(let access) = instruction.operation, access.kind == .load, access.found == nil,
            let value = access.value
          else { continue }
          switch function.variables[Int(value.rawValue)].type.class {
          case .managedPointer, .cPointer, .function, .interface: break
          default: continue
          }
          guard let use = firstUse(of: value, in: function), !isTested(value, in: function) else { continue }
          let map = analysis.sourceMap.text(of: access.mapRange)
          result.append(
            Finding(
              rule: info.id, severity: .green,
              message: "C can call this after the entry is gone: `\(map)` may hold nothing for this key",
              place: analysis.place(instruction.range), symbol: analysis.name(function.displayName),
              steps: [
                FlowStep(
                  .lookedUp, at: analysis.place(instruction.range), "looked up here without asking whether it is there"),
                FlowStep(.used, at: analysis.place(use), "used here"),
              ]))
        }
      }
    }
    return result
  }

  /// The value and what it is copied to.
  private func copies(of value: VariableID, in function: Function) -> Set<VariableID> {
    var result: Set<VariableID> = [value]
    for _ in 0..<4 {
      for block in function.blocks {
        for instruction in block.instructions {
          switch instruction.operation {
          case .copy(let into, let from), .convert(let into, let from, _):
            if result.contains(from) { result.insert(into) }
          case .load(let into, let path):
            let place = function.paths[Int(path.rawValue)]
            if case .variable(let from) = place.root, place.fields.isEmpty, result.contains(from) {
              result.insert(into)
            }
          case .store(let path, let from):
            let place = function.paths[Int(path.rawValue)]
            if case .variable(let into) = place.root, place.fields.isEmpty, result.contains(from) {
              result.insert(into)
            }
          default: break
          }
        }
      }
    }
    return result
  }

  private func firstUse(of value: VariableID, in function: Function) -> SourceRange? {
    let values = copies(of: value, in: function)
    for block in function.blocks {
      for instruction in block.instructions {
        switch instruction.operation {
        case .use(let used) where values.contains(used): return instruction.range
        case .load(_, let path), .store(let path, _):
          let place = function.paths[Int(path.rawValue)]
          if case .variable(let root) = place.root, !place.fields.isEmpty, values.contains(root) {
            return instruction.range
          }
        case .call(let number):
          let call = function.calls[Int(number)]
          if case .value(let callee) = call.callee, values.contains(callee) { return instruction.range }
          if case .interfaceMethod = call.callee, let receiver = call.arguments.first, values.contains(receiver) {
            return instruction.range
          }
        default: break
        }
      }
    }
    return nil
  }

  private func isTested(_ value: VariableID, in function: Function) -> Bool {
    let values = copies(of: value, in: function)
    return function.blocks.contains { block in
      guard case .branch(let condition, _, _) = block.terminator else { return false }
      switch condition.kind {
      case .isNil(let tested), .isTrue(let tested): return values.contains(tested)
      case .equal(let left, let right): return values.contains(left) || values.contains(right)
      case .unknown: return false
      }
    }
  }
}
