import Testing

@testable import Flow

@Suite struct CallGraphTests {
  @Test func componentsPutCalleesFirst() {
    let analysis = TextualProgram(
      """
      func a() {
        b()
      }
      func b() {
        c()
      }
      func c() {
        b()
        d()
      }
      func d() {
      }
      """
    ).analysis
    let components = analysis.callGraph.components.map { $0.map(\.rawValue) }
    #expect(components == [[3], [1, 2], [0]])
  }

  @Test func functionValuesAreFollowedThroughCaptures() {
    let program = TextualProgram(
      """
      exported func entry() {
        f = func callee
        g = func entry.func1
        defer value:g()
      }
      closure entry.func1 of entry captures f () {
        value:f()
      }
      func callee() {
      }
      func unknown(f: func) {
        value:f()
      }
      """)
    let graph = program.analysis.callGraph
    #expect(graph.targets(of: FunctionID(rawValue: 1), call: 0) == [FunctionID(rawValue: 2)])
    #expect(graph.isReachableFromC == [true, true, true, false])
    #expect(!graph.isResolved(FunctionID(rawValue: 3), call: 0))
    #expect(graph.outgoing(FunctionID(rawValue: 0)).first?.mode == .deferred)
  }
}
