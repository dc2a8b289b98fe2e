import Foundation
import Testing

@testable import GoFrontend

/// Real Go in bulk: a distribution's own sources, where one is installed (`dev/test` installs one).
@Suite(.enabled(if: Distribution.root != nil, "no Go distribution: set BELAY_TEST_GOROOT"))
struct DistributionTests {
  @Test func parsesEverySourceOfTheDistribution() throws {
    let names = NameTable()
    var files = 0
    var lines = 0
    var failures: [String] = []
    let start = ContinuousClock.now
    for path in Distribution.sources() {
      let tree = Parser.parse(source: try SourceBytes(contentsOf: path), path: path, names: names)
      files += 1
      lines += tree.lineStarts.count
      if let first = tree.diagnostics.first { failures.append("\(first.place): \(first.message)") }
    }
    print("parsed \(files) files, \(lines) lines in \(ContinuousClock.now - start)")
    #expect(files > 1000)
    #expect(failures.isEmpty, "\(failures.count) files: \(failures.prefix(10).joined(separator: "\n"))")
  }
}

enum Distribution {
  static let root = ProcessInfo.processInfo.environment["BELAY_TEST_GOROOT"]

  /// All Go files that Go's own parser accepts: what lies in `testdata` may be faulty on purpose.
  static func sources() -> [String] {
    guard let root, let walk = FileManager.default.enumerator(atPath: root + "/src") else { return [] }
    return walk.compactMap { $0 as? String }.filter { $0.hasSuffix(".go") && !$0.contains("testdata/") }.sorted()
      .map { "\(root)/src/\($0)" }
  }
}
