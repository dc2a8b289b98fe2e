import Testing

@testable import GoFrontend

struct GoModFileTests {
  @Test func readsEveryDirective() {
    let file = GoModFile(
      text: """
        // a module
        module "example.com/a" // quoted
        go 1.21.3
        toolchain go1.22.0
        require example.com/b v1.2.3 // indirect
        require (
          example.com/c v0.0.1
          `example.com/d` v2.0.0+incompatible
        )
        replace example.com/b => ../b
        replace (
          example.com/c v0.0.1 => example.com/fork/c v0.0.2
        )
        exclude example.com/e v1.0.0
        tool example.com/d/cmd/x
        retract [v1.0.0, v1.1.0]
        godebug default=go1.21
        """, path: "go.mod")
    #expect(file.module == "example.com/a")
    #expect(file.goVersion?.minor == 21)
    #expect(file.toolchain == "go1.22.0")
    #expect(file.requirements.map(\.path) == ["example.com/b", "example.com/c", "example.com/d"])
    #expect(file.replacements.map(\.newPath) == ["../b", "example.com/fork/c"])
    #expect(file.replacements.map(\.isFolder) == [true, false])
    #expect(file.exclusions.count == 1)
    #expect(file.tools == ["example.com/d/cmd/x"])
    #expect(file.diagnostics.isEmpty)
  }

  @Test func errorsHaveAPlaceAndTheRestCounts() {
    let file = GoModFile(text: "module a b\ngo one\n  \"open\nmodule m\nreplace x y\nnonsense 1\n", path: "go.mod")
    #expect(file.module == "m")
    #expect(file.diagnostics.map(\.place.line) == [1, 2, 3, 5, 6])
    #expect(file.diagnostics.allSatisfy { $0.place.file == "go.mod" })
  }

  @Test func readsWorkspaces() {
    let file = GoModFile(text: "go 1.22\nuse (\n\t./a\n\t./b\n)\nreplace x => ./x\n", path: "go.work")
    #expect(file.uses == ["./a", "./b"])
    #expect(file.replacements.count == 1)
  }

  @Test func anUnclosedBlockIsReported() {
    let file = GoModFile(text: "module m\nrequire (\n a v1\n", path: "go.mod")
    #expect(file.diagnostics.count == 1)
    #expect(file.requirements.count == 1)
  }

  @Test func cachePathsEscapeCapitals() {
    #expect(ModuleResolver.escaped("github.com/Azure/SDK") == "github.com/!azure/!s!d!k")
  }
}
