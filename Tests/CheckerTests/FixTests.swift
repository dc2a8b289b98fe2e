import Findings
import Foundation
import Testing

@testable import Checker

/// What `belay check --fix` makes of the faulty examples: the fault is gone, no other has come, and Go's own compiler takes the result.
@Suite struct FixTests {
  private static func examples(_ archives: String) throws -> [RuleExample] {
    let folder = (#filePath as NSString).deletingLastPathComponent + "/\(archives)/"
    return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().flatMap { archive in
      try RuleExample.read(
        String(decoding: Data(contentsOf: URL(fileURLWithPath: folder + archive)), as: UTF8.self),
        rule: String(archive.prefix { $0 != "." }))
    }
  }

  /// A folder with a package for each faulty example that a fix is offered for, fixed; and what is wrong there still.
  private static func fixAll(_ archives: String) throws -> (folder: TemporaryFolder, fixed: [String], wrong: [String]) {
    let folder = try TemporaryFolder()
    var fixed: [String] = []
    var wrong: [String] = []
    for example in try examples(archives) where example.isFaulty {
      let name = example.id.replacingOccurrences(of: "/", with: "_")
      for file in example.files { try folder.write(file.text, to: name + "/" + file.name) }
      if !example.files.contains(where: { $0.name == "go.mod" }) {
        try folder.write("module example.org/\(name)\n\ngo 1.27\n", to: name + "/go.mod")
      }
      let root = folder.path + "/" + name
      func check() -> Report {
        var options = CheckOptions()
        options.root = root
        options.paths = [root]
        options.cacheFolder = nil
        return Checker(options: options).run()
      }
      var report = check()
      let offered = Set(report.open.filter { $0.fixes.contains { !$0.edits.isEmpty } }.map(\.rule))
      if offered.isEmpty {
        try FileManager.default.removeItem(atPath: root)
        continue
      }
      let before = Set(report.open.map(\.rule))
      // Fixes that overlap wait for the next run.
      var runs = 0
      while runs < 4, report.open.contains(where: { $0.fixes.contains { !$0.edits.isEmpty } }) {
        try FixApplier(root: root).apply(&report)
        report = check()
        runs += 1
      }
      fixed.append(name)
      for finding in report.open where finding.severity != .green || offered.contains(finding.rule) {
        if offered.contains(finding.rule), !finding.fixes.isEmpty {
          wrong.append("\(name): \(finding.rule) is still there after the fix, line \(finding.place.line)")
        } else if !before.contains(finding.rule) {
          wrong.append("\(name): the fix brought \(finding.rule), line \(finding.place.line)")
        }
      }
      wrong += report.diagnostics.map { "\(name): \($0)" }
    }
    return (folder, fixed, wrong)
  }

  @Test func fixesMendTheExamples() throws {
    let (folder, fixed, wrong) = try Self.fixAll("Rules")
    #expect(fixed.count >= 4, "fixes are offered for \(fixed)")
    try expectMended(folder, fixed, wrong)
  }

  /// Shapes that the examples do not have; the names say where no fix is to be offered.
  @Test func fixesMendOtherShapes() throws {
    for example in try Self.examples("Fixes") {
      let outcome = try example.check()
      #expect(outcome.isMet, "\(example.id): missed \(outcome.missed), invented \(outcome.invented)")
    }
    let (folder, fixed, wrong) = try Self.fixAll("Fixes")
    let names = try Self.examples("Fixes").map { $0.id.replacingOccurrences(of: "/", with: "_") }
    #expect(fixed == names.filter { !$0.contains("no-fix") })
    try expectMended(folder, fixed, wrong)
  }

  private func expectMended(_ folder: TemporaryFolder, _ fixed: [String], _ wrong: [String]) throws {
    #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
    guard let root = ProcessInfo.processInfo.environment["BELAY_TEST_GOROOT"] else { return }
    // Modules of the examples' own may have one name: they are built alone, the others in one workspace.
    let named = Set(fixed.filter { (try? folder.read($0 + "/go.mod").contains("example.org/\($0)")) != true })
    let joined = fixed.filter { !named.contains($0) }
    try folder.write("go 1.27\n\n" + joined.map { "use ./\($0)\n" }.joined(), to: "go.work")
    try build(joined.map { "./\($0)/..." }, in: folder.path, goroot: root)
    for name in named.sorted() {
      try build(["./..."], in: folder.path + "/" + name, goroot: root, variables: ["GOWORK": "off"])
    }
  }

  private func build(_ packages: [String], in path: String, goroot: String, variables: [String: String] = [:]) throws {
    var environment = ProcessInfo.processInfo.environment
    environment.merge(["GOROOT": goroot, "GOTOOLCHAIN": "local", "CGO_ENABLED": "1", "GOFLAGS": ""]) { $1 }
    environment.merge(variables) { $1 }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: goroot + "/bin/go")
    process.arguments = ["build", "-o", "/dev/null"] + packages
    process.currentDirectoryURL = URL(fileURLWithPath: path)
    process.environment = environment
    let scratch = try TemporaryFolder()
    process.standardError = FileHandle(forWritingAtPath: try scratch.write("", to: "errors"))
    try process.run()
    process.waitUntilExit()
    let said = try scratch.read("errors")
    #expect(process.terminationStatus == 0, "\(path): \(said)")
  }
}
