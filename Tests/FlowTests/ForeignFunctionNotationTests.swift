import Testing

@testable import Flow

@Suite struct ForeignFunctionNotationTests {
  private func read(_ notation: String) throws -> ForeignFunction {
    try ForeignFunction(name: "f", notation: notation, confidence: .model)
  }

  @Test func clausesAreRead() throws {
    #expect(try read("allocates by thing_free").result == .allocates(release: "thing_free"))
    #expect(try read("allocates").result == .allocates(release: nil))
    #expect(try read("frees 1").parameters == [nil, .frees])
    #expect(try read("retains 0, returns 0").result == .parameter(0))
    #expect(try read("calls 1, context 2").parameters == [nil, .calls, .context])
    #expect(try read("gives 3 by thing_close, gives 4").outputs == [3, 4])
    #expect(try read("frees 0, when zero").succeeds == .whenZero)
    #expect(try read("frees 0 , when non-zero").succeeds == .whenNonZero)
    #expect(try read("borrows").result == .borrows)
  }

  /// A bulk free stands behind the parameters, in whichever order the clauses come.
  @Test func bulkFreeAndParameterAreBothKept() throws {
    for notation in ["frees 0, frees all of thing other", "frees all of thing other, frees 0"] {
      let function = try read(notation)
      #expect(function.parameters == [.frees, .freesAll])
      #expect(function.ends == ["thing", "other"])
    }
    #expect(try read("frees all").parameters == [.freesAll])
  }

  @Test(arguments: [
    "free 0", "frees", "frees x", "frees -1", "frees 32", "frees 0 1", "frees all thing", "frees all of", "when",
    "when one", "allocates from free",
    "gives", "gives x", "returns", "frees 99999999999999999999", "frees 0,,frees", "\u{0}",
  ])
  func nonsenseIsRefusedByName(_ notation: String) {
    #expect {
      _ = try read(notation)
    } throws: { error in
      (error as? ForeignFunction.NotationError)?.description.contains("the description of f") == true
    }
  }
}
