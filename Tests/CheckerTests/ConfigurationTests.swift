import Findings
import Testing

@testable import Checker

@Suite struct ConfigurationTests {
  private func parse(_ text: String) throws -> Configuration {
    try ConfigurationFile.parse(text, path: ".belay.yml", rules: Checker.rules)
  }

  private func failure(_ text: String) -> String {
    do {
      _ = try parse(text)
      return "accepted"
    } catch {
      return "\(error)"
    }
  }

  @Test func everySettingIsRead() throws {
    let configuration = try parse(
      """
      # ours
      rules:
        BM021: off
        never-removed: red
        BM006: on
      paths:
        include: [src/**]
        exclude:
          - third_party
          - "**/*_generated.go"
      fail-on: yellow
      functions:
        thing_new: allocates by thing_free
        thing_free: frees 0
      """)
    #expect(configuration.rules == ["BM021": .off, "BM005": .severity(.red), "BM006": .on])
    #expect(configuration.failOn == .yellow)
    #expect(configuration.functions.map(\.name) == ["thing_new", "thing_free"])
    #expect(configuration.includes("src/a/b.go", root: "/r"))
    #expect(!configuration.includes("other/b.go", root: "/r"))
    #expect(!configuration.includes("src/a/b_generated.go", root: "/r"))
    #expect(!configuration.includes("third_party/src/b.go", root: "/r"))
  }

  @Test(arguments: ["", "\n\n", "# nothing\n"]) func anEmptyFileSaysNothing(text: String) throws {
    #expect(try parse(text) == Configuration())
  }

  @Test(arguments: [
    ("ruls:\n  BM001: off\n", ".belay.yml:1:1: 'ruls' is not known here, did you mean 'rules'?"),
    ("rules:\n  BM0001: off\n", ".belay.yml:2:3: there is no rule 'BM0001', did you mean 'BM001'?"),
    ("rules:\n  never-remove: off\n", ".belay.yml:2:3: there is no rule 'never-remove', did you mean 'never-removed'?"),
    ("rules:\n  BM001: loud\n", ".belay.yml:2:10: 'loud' is no setting of a rule"),
    ("rules: BM001\n", ".belay.yml:1:8: rules must be a mapping"),
    ("rules:\n  BM001: [off]\n", "the setting of BM001 is not a word"),
    ("- rules\n", "the configuration must be a mapping"),
    ("paths:\n  exclud: [a]\n", ".belay.yml:2:3: 'exclud' is not known here, did you mean 'exclude'?"),
    ("paths:\n  exclude: {a: b}\n", "paths.exclude must be a list"),
    ("fail-on: blue\n", ".belay.yml:1:10: 'blue' is no severity"),
    ("functions:\n  f: explodes 0\n", ".belay.yml:2:6: 'explodes 0' is not understood in the description of f"),
    ("functions:\n  f: frees 99\n", "'frees 99' is not understood"),
    ("functions:\n  f: [frees 0]\n", "f has no description"),
    ("rules: {\n", "it is not YAML"), ("a: *b\n", ".belay.yml"),
    ("rules:\n  BM001: off\n  BM001: on\n", ".belay.yml"), ("fail-on: red\nfail-on: green\n", ".belay.yml"),
  ])
  func whatIsNotUnderstoodIsAnError(text: String, message: String) {
    #expect(failure(text).contains(message), "\(failure(text))")
  }

  @Test func patternsAreRelativeToTheFile() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("paths: {exclude: [third_party]}\n", to: ".belay.yml")
    let configuration = try ConfigurationFile.read(file, rules: Checker.rules)
    #expect(!configuration.includes("third_party/a.go", root: folder.path))
    // Started one folder further down, or from somewhere else.
    #expect(!configuration.includes("a.go", root: folder.path + "/third_party"))
    #expect(!configuration.includes(folder.path + "/third_party/a.go", root: "/"))
    #expect(configuration.includes("third_party/a.go", root: folder.path + "/src"))
    #expect(configuration.includes(folder.path, root: "/"))
  }

  @Test func theNearestFileUpToTheRepositoryIsFound() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: ".belay.yml")
    try folder.write("", to: "a/b/x.go")
    #expect(ConfigurationFile.find(from: folder.path + "/a/b") == folder.path + "/.belay.yml")
    #expect(ConfigurationFile.find(from: folder.path + "/a/b/x.go") == folder.path + "/.belay.yml")
    let nearer = try folder.write("", to: "a/.belay.yml")
    #expect(ConfigurationFile.find(from: folder.path + "/a/b") == nearer)
    try folder.write("", to: "a/b/.git")
    #expect(ConfigurationFile.find(from: folder.path + "/a/b") == nil)
  }

  @Test(arguments: [
    ("third_party", "third_party/x/y.go", true), ("third_party", "src/third_party/y.go", false),
    ("**/third_party", "src/third_party/y.go", true), ("**", "a", true), ("a/**/z.go", "a/z.go", true),
    ("a/**/z.go", "a/b/c/z.go", true), ("*.go", "x.go", true), ("*.go", "a/x.go", false), ("./a", "a/x.go", true),
    ("a?c", "abc", true), ("a?c", "ac", false), ("a*b*c", "aXXbYYc", true), ("a*b*c", "aXXbYY", false),
    ("src/", "src/a.go", true), ("", "a.go", true), ("ä*", "äb.go", true),
  ])
  func patterns(pattern: String, path: String, matches: Bool) {
    #expect(PathPattern(pattern).matches(path) == matches)
  }

  @Test func manyStarsEndSoon() {
    let pattern = PathPattern(String(repeating: "a*", count: 200) + "b")
    #expect(!pattern.matches(String(repeating: "a", count: 5000)))
  }

  @Test(arguments: [("BM01", "BM001"), ("never-remved", "never-removed"), ("rulse", "rules")])
  func nearMisses(word: String, meant: String) {
    let candidates = Checker.rules.map(\.id) + Checker.rules.map(\.name) + ["rules", "paths"]
    #expect(NearMiss.find(word, among: candidates) == meant)
  }

  @Test(arguments: [
    ("", "", 0), ("", "abc", 3), ("abc", "abc", 0), ("abc", "acb", 1), ("ca", "abc", 3), ("kitten", "sitting", 3),
  ])
  func distances(left: String, right: String, distance: Int) {
    #expect(NearMiss.distance(left, right) == distance)
    #expect(NearMiss.distance(right, left) == distance)
  }

  @Test func whatIsFarOffIsNotProposed() {
    #expect(NearMiss.find("something", among: ["rules", "paths"]) == nil)
    #expect(NearMiss.hint("", among: ["rules"]) == "")
  }
}
