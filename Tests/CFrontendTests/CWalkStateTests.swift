import Testing

@testable import CFrontend

@Suite struct CWalkStateTests {
  private typealias Value = CFunctionWalk.Value

  private func locals(_ values: [UInt32: Value]) -> CFunctionWalk.Locals {
    var function = CFunction(name: "f")
    function.parameters = (1...3).map { CFunction.Parameter(declaration: $0, isPointer: true) }
    var locals = CFunctionWalk.Locals(CFunctionWalk.LocalSlots(function))
    for (declaration, value) in values { locals[declaration] = value }
    return locals
  }

  /// Words hold every value.
  @Test(arguments: [
    CFunctionWalk.Value.unknown, .zero, .nonZero, .parameter(0), .parameter(63), .pointee(5), .allocated(100_000),
    .address(.max),
  ])
  func valuesComeBack(value: CFunctionWalk.Value) {
    let found = locals([2: value])
    #expect(found[2] == value)
    #expect(found[1] == nil)
    #expect(found == locals([2: value]))
    #expect(found != locals([1: value]))
    #expect(found != locals([:]))
  }

  @Test func variablesThatAreNotMentionedHoldNothing() {
    var found = locals([:])
    found[9] = .zero
    #expect(found[9] == nil)
    #expect(found == locals([:]))
  }

  @Test func zeroGivesWay() {
    var found = locals([1: .zero, 2: .parameter(0), 3: .parameter(1)])
    found.join(locals([1: .parameter(0), 2: .zero, 3: .nonZero]))
    #expect(found == locals([1: .parameter(0), 2: .parameter(0), 3: .unknown]))
  }

  @Test func whatOneSideDoesNotKnowIsUnknown() {
    var found = locals([1: .parameter(0), 2: .zero])
    found.join(locals([3: .nonZero]))
    #expect(found == locals([1: .unknown, 2: .unknown]))
  }

  @Test func valuesAreReplacedEverywhere() {
    var found = locals([1: .allocated(7), 2: .allocated(8), 3: .allocated(7)])
    found.replace(.allocated(7), by: .zero)
    #expect(found == locals([1: .zero, 2: .allocated(8), 3: .zero]))
  }
}
