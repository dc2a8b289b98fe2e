import Flow
import Testing

@testable import CFrontend

@Suite(.enabled(if: LibClang.shared != nil)) struct CSummaryMemoryTests {
  /// Packages share a source, and what it calls is another function in each: a body that frees, one that does not, none, one that the models know.
  @Test(arguments: [1, 4])
  func sharedSourcesMeanWhatTheirPackageMakesOfThem(threads: Int) throws {
    let clang = try #require(LibClang.shared)
    func source(_ name: String, _ text: String) -> CPackage.Source {
      CPackage.Source(path: "/nowhere/\(name).c", text: text, options: [])
    }
    let shared = source(
      "shared",
      """
      void g(void *); void inner(void *); void fclose(void *);
      void outer(void *p) { inner(p); }
      void inner(void *p) { g(p); }
      void c(void *p) { fclose(p); }
      """)
    let packages = [
      [shared, source("frees", "void free(void *); void g(void *p) { free(p); }")],
      [shared, source("uses", "void g(void *p) {}")],
      [shared],
      [source("closes", "void fclose(void *p) {}"), shared],
      [shared, source("frees", "void free(void *); void g(void *p) { free(p); }")],
    ]
    let read = CPackage.read(
      packages.map { (sources: $0, names: []) }, knowledge: StandardKnowledge(), clang: clang,
      queue: ParallelQueue(threads: threads))
    for (package, sources) in zip(read, packages) {
      #expect(package == CPackage(sources, names: [], knowledge: StandardKnowledge(), clang: clang))
    }
    func effect(_ name: String, in package: Int) -> ForeignFunction.Effect? {
      read[package].functions.first { $0.name == name }?.parameters.first ?? nil
    }
    #expect((0..<5).map { effect("inner", in: $0) } == [.frees, nil, nil, nil, .frees])
    #expect((0..<5).map { effect("outer", in: $0) } == [.frees, nil, nil, nil, .frees])
    #expect((0..<5).map { effect("c", in: $0) } == [.frees, .frees, .frees, nil, .frees])
  }
}
