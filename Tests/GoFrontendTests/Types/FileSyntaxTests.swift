import Testing

@testable import GoFrontend

@Suite struct FileSyntaxTests {
  private let source =
    "package p\n\n// belay:ignore BM001 known\nfunc f() { g(1, \"}\") }\n\nvar x = func() int { return 1 }\n"

  private func file(users: Int) -> FileSyntax {
    FileSyntax(source: SourceBytes(source.utf8), path: "p.go", names: NameTable(), users: users)
  }

  /// A tree that was let go comes again with the same numbers, and what is known of the file stays.
  @Test func aTreeComesAgain() {
    let file = file(users: 2)
    let first = file.tree
    file.release()
    #expect(file.tree === first)
    file.release()
    let second = file.tree
    #expect(second !== first)
    #expect(second.nodes.map(\.kind) == first.nodes.map(\.kind) && second.extra == first.extra)
    #expect(file.facts.lineStarts.count == 7 && file.facts.directives.map(\.text) == ["// belay:ignore BM001 known"])
  }

  /// Of a dependency the bodies of functions are left out, and nothing else.
  @Test func dependenciesHaveNoBodies() {
    let whole = file(users: 1).tree
    let file = file(users: 0)
    #expect(file.tree.declarations.count == whole.declarations.count && file.tree.nodes.count < whole.nodes.count)
    #expect(file.tree.diagnostics.isEmpty && file.diagnostics.isEmpty)
    for (short, long) in zip(file.tree.declarations, whole.declarations) {
      #expect(file.tree[short].start == whole[long].start && file.tree[short].end == whole[long].end)
    }
    #expect(file.tree.nodes.contains { $0.kind == .returnStatement })
    #expect(file.facts.directives.count == 1)
  }
}
