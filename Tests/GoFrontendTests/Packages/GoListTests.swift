import Foundation
import Testing

@testable import GoFrontend

/// The loader beside the go command itself, where a distribution is installed.
@Suite(.enabled(if: Distribution.root != nil, "no Go distribution: set BELAY_TEST_GOROOT"))
struct GoListTests {
  private struct Listed: Decodable {
    var importPath: String
    var name: String
    var goFiles: [String]?
    var cgoFiles: [String]?
    var imports: [String]?

    enum CodingKeys: String, CodingKey {
      case importPath = "ImportPath"
      case name = "Name"
      case goFiles = "GoFiles"
      case cgoFiles = "CgoFiles"
      case imports = "Imports"
    }
  }

  @Test func agreesWithGoListOnTheStandardLibrary() throws {
    let root = try #require(Distribution.root)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "\(root)/bin/go")
    process.arguments = ["list", "-e", "-json=ImportPath,Name,GoFiles,CgoFiles,Imports", "std", "cmd"]
    process.currentDirectoryURL = URL(fileURLWithPath: "\(root)/src")
    let environment = ["GOROOT": root, "GOFLAGS": "", "CGO_ENABLED": "1", "GOTOOLCHAIN": "local", "GOPROXY": "off"]
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    // One object behind the other.
    let text = "[" + String(decoding: output, as: UTF8.self).replacingOccurrences(of: "\n}\n{", with: "\n},\n{") + "]"
    let listed = try JSONDecoder().decode([Listed].self, from: Data(text.utf8))
    #expect(listed.count > 200)

    var options = PackageLoader.Options()
    options.loadsAllContexts = false
    options.root = root
    options.roots = ModuleResolver.Roots(goroot: root, moduleCache: nil, gopath: [])
    let start = ContinuousClock.now
    let graph = PackageLoader.load(["\(root)/src"], options: options)
    print("loaded \(graph.files.count) files of \(graph.packages.count) packages in \(ContinuousClock.now - start)")
    let loaded = Dictionary(graph.packages.map { ($0.importPath, $0) }) { first, _ in first }
    var differences: [String] = []
    // Vendored packages that only tests import are not dependencies; a package built with a profile is listed twice.
    for package in listed where !package.importPath.contains("vendor/") {
      let files = Set((package.goFiles ?? []) + (package.cgoFiles ?? []))
      guard let mine = loaded[package.importPath] else {
        if !files.isEmpty { differences.append("\(package.importPath) is missing") }
        continue
      }
      let names = Set(mine.files.map { String(FileSystem.name(graph.files[$0].path)) })
      if names != files { differences.append("\(package.importPath): \(names.symmetricDifference(files).sorted())") }
      if mine.name != package.name { differences.append("\(package.importPath) has the name \(mine.name)") }
      let imports = Set(mine.imports.values.map { graph.packages[$0].importPath })
      let expected = Set((package.imports ?? []).map { $0.replacing(#/ \[.*/#, with: "") }).subtracting(["C", "unsafe"])
      if imports != expected {
        // What cmd/cgo adds to packages that import "C" is not in their source.
        let missing = expected.subtracting(imports).subtracting(["runtime/cgo", "syscall"])
        if !missing.isEmpty || !imports.subtracting(expected).isEmpty {
          differences.append("\(package.importPath) imports \(imports.symmetricDifference(expected).sorted())")
        }
      }
    }
    #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
  }
}
