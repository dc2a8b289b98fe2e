import Flow
import Foundation
import Testing

@testable import GoFrontend

/// Real Go in bulk through the whole frontend, where a distribution is installed.
@Suite(.enabled(if: Distribution.root != nil, "no Go distribution: set BELAY_TEST_GOROOT"))
struct DistributionLoweringTests {
  @Test func lowersTheWholeDistribution() throws {
    let root = try #require(Distribution.root)
    var options = GoProgram.Options()
    options.root = root
    let start = ContinuousClock.now
    let program = GoProgram.load(paths: ["\(root)/src"], options: options)
    let functions = program.units.reduce(0) { $0 + $1.functions.count }
    print("lowered \(functions) functions of \(program.lines) lines in \(ContinuousClock.now - start)")
    #expect(functions > 30_000)
    #expect(program.diagnostics.isEmpty)
    for unit in program.units {
      for function in unit.functions { #expect(FunctionInvariants.violation(function) == nil) }
    }
  }
}

/// What holds in every lowered function: all numbers are in range.
enum FunctionInvariants {
  static func violation(_ function: Flow.Function) -> String? {
    let variables = function.variables.count
    func check(_ variable: VariableID?) -> Bool { variable.map { $0.rawValue >= 0 && $0.rawValue < variables } ?? true }
    func check(_ path: PathID) -> Bool {
      guard path.rawValue >= 0, path.rawValue < function.paths.count else { return false }
      if case .variable(let root) = function.paths[Int(path.rawValue)].root { return check(root) }
      return true
    }
    func check(_ block: BlockID) -> Bool { block.rawValue >= 0 && block.rawValue < function.blocks.count }
    if function.blocks.isEmpty { return "no block" }
    if !function.parameters.allSatisfy({ check($0) }) { return "parameters" }
    if !function.captures.allSatisfy({ check($0.inner) }) { return "captures" }
    for block in function.blocks {
      for instruction in block.instructions {
        let holds =
          switch instruction.operation {
          case .constant(let into, _), .fresh(let into, _), .mapMake(let into): check(into)
          case .copy(let into, let from), .convert(let into, let from, _): check(into) && check(from)
          case .compute(let into, let from): check(into) && from.allSatisfy { check($0) }
          case .address(let into, let path), .load(let into, let path): check(into) && check(path)
          case .store(let path, let from): check(path) && check(from)
          case .map(let access):
            check(access.map) && check(access.key) && check(access.value) && check(access.found)
          case .call(let number):
            number >= 0 && number < function.calls.count
              && function.calls[Int(number)].arguments.count == function.calls[Int(number)].argumentRanges.count
              && (function.calls[Int(number)].arguments + function.calls[Int(number)].results).allSatisfy { check($0) }
          case .lock(let path, _), .unlock(let path, _): check(path)
          case .use(let variable), .escape(let variable): check(variable)
          }
        if !holds { return "\(instruction)" }
      }
      let holds =
        switch block.terminator {
        case .jump(let target): check(target)
        case .branch(_, let then, let otherwise): check(then) && check(otherwise)
        case .fork(let targets): targets.allSatisfy { check($0) }
        case .return(let results): results.allSatisfy { check($0) }
        case .panic, .unreachable: true
        }
      if !holds { return "\(block.terminator)" }
    }
    return nil
  }
}
