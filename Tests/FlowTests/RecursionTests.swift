import Testing

@testable import Flow

/// What happens in a function that calls itself is told by sites of its own result: each leads to a place, by a way that ends.
@Suite struct RecursionTests {
  private static let prelude = """
    foreign thing_free frees 0
    global open: map(plain, ptr)

    """

  private static let programs: [String] = [
    // The call's own sites come first: the numbers of the round before mean others.
    """
    func callback(k: plain) {
      p = open[k]
      callback(p)
      q = open[k]
      C.thing_free(q)
    }
    """,
    """
    func callback(k: plain) {
      callback(k)
      p = open[k]
      C.thing_free(p)
    }
    """,
    """
    func even(n: plain, p: ptr) {
      if n {
        odd(n, p)
      }
      open[n] = p
    }
    func odd(n: plain, p: ptr) {
      even(n, p)
      even(n, p)
      if !n {
        C.thing_free(p)
      }
    }
    func start(n: plain) {
      p = open[n]
      odd(n, p)
      use p
    }
    """,
    """
    func walk(n: plain) {
      for k, v in open {
        walk(k)
        C.thing_free(v)
        walk(n)
        delete open[k]
      }
    }
    """,
  ]

  @Test(arguments: programs) func sitesLeadToPlaces(program: String) throws {
    let analysis = TextualProgram(Self.prelude + program).analysis
    let program = analysis.program
    var count = 0
    for id in program.functionIDs {
      guard let result = analysis.results[Int(id.rawValue)] else { continue }
      for site in result.sites.sites {
        count += 1
        var current = site
        var depth = 0
        while let inner = current.inner, depth < 100 {
          guard let next = analysis.results[Int(inner.function.rawValue)] else { break }
          try #require(next.sites.sites.indices.contains(Int(inner.site.index)))
          current = next.sites[inner.site]
          depth += 1
        }
        try #require(depth < 100, "a site leads back to itself")
      }
    }
    #expect(count > 0)
    // Rules follow the sites.
    _ = RuleRegistry.findings(in: analysis)
  }
}
