import Flow
import Foundation
import Testing

@testable import GoFrontend

struct PackageLoaderTests {
  private func load(
    _ tree: SourceTree, _ paths: [String] = [""], configure: (inout PackageLoader.Options) -> Void = { _ in }
  ) -> PackageGraph {
    var options = PackageLoader.Options()
    options.context = BuildContext(operatingSystem: "linux", architecture: "amd64")
    options.root = tree.root
    options.roots = ModuleResolver.Roots(goroot: nil, moduleCache: tree.path("cache"), gopath: [])
    configure(&options)
    return PackageLoader.load(paths.map(tree.path), options: options)
  }

  private func names(_ graph: PackageGraph, _ package: GoPackage) -> [String] {
    package.files.map { graph.files[$0].reportedPath }
  }

  @Test func loadsAModuleWithItsDependencies() throws {
    let tree = try SourceTree([
      "m/go.mod":
        "module example.com/m\ngo 1.21\nrequire example.com/Dep v1.0.0\nrequire example.com/r v0.0.0\nreplace example.com/r => ../r\n",
      "m/a.go":
        "package m\nimport (\"example.com/m/inner\"; \"example.com/Dep/x\"; \"example.com/r\"; \"example.com/v\"; \"no/such\")\n",
      "m/inner/b.go": "package inner\n", "m/vendor/example.com/v/v.go": "package v\n",
      "m/testdata/t.go": "package t\n", "m/.hidden/h.go": "package h\n", "m/_off/o.go": "package o\n",
      "cache/example.com/!dep@v1.0.0/go.mod": "module example.com/Dep\ngo 1.12\n",
      "cache/example.com/!dep@v1.0.0/x/x.go": "package x\n", "r/go.mod": "module example.com/r\n",
      "r/r.go": "package r\n",
    ])
    let graph = load(tree, ["m"])
    #expect(graph.diagnostics.isEmpty)
    let roots = graph.packages.filter { $0.role == .analysed }
    #expect(roots.map(\.importPath) == ["example.com/m", "example.com/m/inner"])
    #expect(
      roots[0].imports.keys.sorted() == ["example.com/Dep/x", "example.com/m/inner", "example.com/r", "example.com/v"])
    let dependency = graph.packages[roots[0].imports["example.com/Dep/x"]!]
    #expect(dependency.role == .dependency)
    #expect(dependency.version.minor == 12)
    #expect(graph.packages[roots[0].imports["example.com/r"]!].version == .withoutGoLine)
    #expect(graph.packages[roots[0].imports["example.com/v"]!].importPath == "example.com/v")
    #expect(
      graph.order.last == roots[0].number
        || graph.order.firstIndex(of: roots[1].number)! < graph.order.firstIndex(of: roots[0].number)!)
    #expect(graph.files[roots[0].files[0]].reportedPath == "m/a.go")
  }

  @Test func filesOfOtherSystemsGoToVariants() throws {
    let tree = try SourceTree([
      "go.mod": "module m\n", "a.go": "package m\n", "a_linux.go": "package m\nvar x map[int]int\n",
      "a_windows.go": "package m\nvar x map[int]int\n", "b_windows.go": "package m\nvar y map[int]int\n",
      "c_darwin_arm64.go": "package m\nvar z map[int]int\n", "plain_plan9.go": "package m\nvar z int\n",
      "n.go": "//go:build !cgo\n\npackage m\nvar n map[int]int\n",
      "gen.go": "//go:build ignore\n\npackage main\nvar n map[int]int\n",
      "tag.go": "//go:build special\n\npackage m\nvar s map[int]int\n",
    ])
    let graph = load(tree)
    #expect(
      Set(graph.packages.map(\.symbolPath)) == [
        "m", "m [windows/amd64]", "m [darwin/arm64]", "m [gen.go] [linux/amd64,ignore]", "m [linux/amd64,nocgo]",
        "m [linux/amd64,special]",
      ])
    #expect(graph.packages.count == 6)
    let windows = try #require(graph.packages.first { $0.context.operatingSystem == "windows" })
    #expect(names(graph, windows) == ["a.go", "a_windows.go", "b_windows.go"])
    #expect(graph.files.filter { $0.reportedPath == "a.go" }.count == 1)
    let alone = load(tree) { $0.loadsAllContexts = false }
    #expect(alone.packages.count == 1)
  }

  @Test func testsAreLoadedOnRequest() throws {
    let tree = try SourceTree([
      "go.mod": "module m\n", "a.go": "package m\n", "a_test.go": "package m\nimport \"m/other\"\n",
      "x_test.go": "package m_test\nimport \"m\"\n", "other/o.go": "package other\nimport \"m\"\n",
    ])
    #expect(load(tree).packages.count == 2)
    let graph = load(tree) { $0.includesTests = true }
    #expect(graph.diagnostics.isEmpty)
    let inner = try #require(graph.packages.first { $0.kind == .withTests })
    let external = try #require(graph.packages.first { $0.kind == .externalTests })
    let plain = try #require(graph.packages.first { $0.importPath == "m" && $0.kind == .plain })
    #expect(plain.role == .dependency)
    #expect(names(graph, inner) == ["a.go", "a_test.go"])
    #expect(external.imports["m"] == inner.number)
    #expect(graph.packages[inner.imports["m/other"]!].imports["m"] == plain.number)
  }

  @Test func aFileAloneSelectsOnlyItself() throws {
    let tree = try SourceTree(["go.mod": "module m\n", "a.go": "package m\n", "b.go": "package m\n"])
    let graph = load(tree, ["b.go"])
    #expect(graph.files.map(\.isSelected) == [false, true])
    let both = load(tree, ["b.go", ""])
    #expect(both.files.map(\.isSelected) == [true, true])
    #expect(both.packages.count == 1)
  }

  @Test func linkLoopsEndAndCyclesAreCut() throws {
    let tree = try SourceTree([
      "go.mod": "module m\n", "a/a.go": "package a\nimport \"m/b\"\n", "b/b.go": "package b\nimport \"m/a\"\n",
    ])
    try FileManager.default.createSymbolicLink(atPath: tree.path("a/loop"), withDestinationPath: tree.root)
    let graph = load(tree)
    #expect(graph.packages.count == 2)
    #expect(graph.order.count == 2)
    #expect(graph.diagnostics.map(\.message).contains { $0.hasPrefix("import cycle") })
  }

  @Test func whatCannotBeReadIsReported() throws {
    let tree = try SourceTree([
      "go.mod": "module m\nbroken line here\n", "a.go": "package a\n", "bad.go": "//go:build &&\npackage a\n",
    ])
    let graph = load(tree, ["", "missing"])
    #expect(graph.diagnostics.count == 3)
    #expect(graph.packages.count == 1)
    #expect(names(graph, graph.packages[0]) == ["a.go"])
  }

  @Test func workspacesJoinModules() throws {
    let tree = try SourceTree([
      "go.work": "go 1.22\nuse ./a\nuse ./b\n", "a/go.mod": "module x.org/a\n", "b/go.mod": "module x.org/b\n",
      "a/a.go": "package a\nimport \"x.org/b\"\n", "b/b.go": "package b\n",
    ])
    let graph = load(tree, ["a"])
    #expect(graph.packages.map(\.importPath) == ["x.org/a", "x.org/b"])
    #expect(graph.packages[0].imports["x.org/b"] == 1)
  }

  @Test func cFilesBesideCgo() throws {
    let tree = try SourceTree([
      "go.mod": "module m\n", "a.go": "package m\nimport \"C\"\n", "x.c": "int x;\n", "y_windows.c": "int y;\n",
      "z.h": "//go:build darwin\n\nint z;\n", "p/p.go": "package p\n", "p/p.c": "int p;\n",
    ])
    let graph = load(tree)
    #expect(graph.packages[0].foreignFiles == [tree.path("x.c")])
    #expect(graph.packages.last?.foreignFiles == [])
  }
}
