import Testing

@testable import GoFrontend

struct BuildConstraintTests {
  private let linux = BuildContext(operatingSystem: "linux", architecture: "amd64")

  @Test(arguments: [
    ("linux", true), ("windows", false), ("!windows", true), ("linux && amd64", true), ("linux && !cgo", false),
    ("windows || (darwin && cgo) || unix", true), ("go1.21 && !go1.99", true), ("ignore", false), ("gc", true),
    ("linux&&!(arm64||cgo)", false), ("custom.tag_1", false),
  ])
  func evaluates(_ text: String, _ expected: Bool) throws {
    #expect(try BuildConstraint.parse(text).evaluate(linux.matches(tag:)) == expected)
  }

  @Test(arguments: ["", "&&", "linux &&", "(linux", "linux)", "!!linux", "a b", "a & b", "\u{0}", "!", "()"])
  func rejects(_ text: String) {
    #expect(throws: BuildConstraint.SyntaxError.self) { try BuildConstraint.parse(text) }
  }

  @Test func deepNestingIsAnErrorAndNoCrash() {
    let text = String(repeating: "(", count: 100_000) + "a"
    #expect(throws: BuildConstraint.SyntaxError.self) { try BuildConstraint.parse(text) }
  }

  @Test(arguments: [
    ("go1.18", 18), ("go1.18 && go1.20", 20), ("go1.18 || go1.20", 18), ("!go1.20", nil), ("linux", nil),
    ("linux && go1.22", 22), ("linux || go1.22", nil), ("!(!go1.19 || linux)", 19),
  ])
  func impliesVersion(_ text: String, _ minor: Int?) throws {
    #expect(try BuildConstraint.parse(text).impliedGoVersion?.minor == minor)
  }

  @Test(arguments: [
    ("a.go", true), ("a_linux.go", true), ("a_windows.go", false), ("a_linux_amd64.go", true),
    ("a_linux_arm64.go", false), ("linux.go", true), ("windows.go", true), ("a_unix.go", true), ("a_test.go", true),
    ("a_windows_test.go", false), ("a_amd64.go", true), ("a_arm64_test.go", false), ("_windows.go", false),
    ("a_windows_x.go", true), ("a_linux.pb_windows.go", true),
  ])
  func constrainsByName(_ name: String, _ expected: Bool) {
    #expect(linux.matches(fileName: name) == expected)
  }

  @Test func specialTagsHold() {
    #expect(BuildContext(operatingSystem: "android", architecture: "arm64").matches(tag: "linux"))
    #expect(BuildContext(operatingSystem: "ios", architecture: "arm64").matches(tag: "darwin"))
    #expect(!BuildContext(operatingSystem: "windows", architecture: "amd64").matches(tag: "unix"))
    #expect(!BuildContext(isCgoEnabled: false).matches(tag: "cgo"))
  }

  @Test func olderLinesCountOnlyAboveABlankLineAndWithoutTheNewForm() throws {
    func holds(_ text: String) -> Bool {
      let source = SourceBytes(Array(text.utf8))
      return FileHeader.scan(source.bytes).constraint?.evaluate(linux.matches(tag:)) ?? true
    }
    #expect(!holds("// +build windows\n\npackage a\n"))
    #expect(holds("// +build windows\npackage a\n"))
    #expect(holds("// +build windows linux,cgo\n// +build !arm64\n\npackage a\n"))
    #expect(!holds("// +build linux,!cgo\n\npackage a\n"))
    #expect(holds("//go:build linux\n// +build windows\n\npackage a\n"))
    #expect(!holds("/* licence */\n//go:build windows\npackage a\n"))
    #expect(holds("package a\n//go:build windows\n"))
  }

  @Test func versionsOfFiles() throws {
    func version(_ module: Int, _ text: String) throws -> Int {
      GoVersion.ofFile(module: GoVersion(minor: module), constraint: try BuildConstraint.parse(text)).minor
    }
    #expect(try version(18, "go1.22") == 22)
    #expect(try version(24, "go1.18") == 21)
    #expect(try version(20, "linux") == 20)
  }
}
