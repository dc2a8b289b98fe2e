import Findings
import Foundation
import TestSupport
import Testing

@testable import Checker

/// What a check says does not depend on what earlier runs have left, nor on the number of threads.
@Suite struct IncrementalTests {
  private let folder: TemporaryFolder
  private let cache: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    cache = try TemporaryFolder()
    try SeveralPackages.write(to: folder)
  }

  private func run(cached: Bool, threads: Int = 2) -> String {
    var options = CheckOptions()
    options.paths = [folder.path]
    options.root = folder.path
    options.threads = threads
    options.cacheFolder = cached ? cache.path : nil
    var report = Checker(options: options).run()
    report.statistics = Report.Statistics()
    return JSONReporter().render(report, sources: SourceFiles(root: folder.path))
  }

  /// Edits random lines of random files, one after the other, and holds each warm run against one without a cache.
  @Test(arguments: [7, SeededRandom.anySeed] as [UInt64])
  func editsGiveWhatARunWithoutACacheGives(seed: UInt64) throws {
    print("seed \(seed)")
    var random = SeededRandom(seed: seed)
    var texts = SeveralPackages.files.dropFirst().map { $0 }
    var findings: Set<String> = []
    #expect(run(cached: true) == run(cached: false))
    for step in 0..<10 {
      let index = Int.random(in: texts.indices, using: &random)
      texts[index].text = Self.edited(texts[index].text, SeveralPackages.files[index + 1].text, &random)
      try folder.write(texts[index].text, to: texts[index].name)
      let warm = run(cached: true)
      let cold = run(cached: false)
      #expect(warm == cold, "seed \(seed), step \(step), \(texts[index].name):\n\(texts[index].text)")
      if warm != cold { return }
      findings.insert(warm)
    }
    // Otherwise the edits would have shown nothing.
    #expect(findings.count > 1)
  }

  private static func edited(_ text: String, _ original: String, _ random: inout SeededRandom) -> String {
    var lines = text.components(separatedBy: "\n")
    // Statements that take a line of their own.
    let statements = lines.indices.filter { number in
      let line = lines[number]
      return line.hasPrefix("\t") && !line.contains("\"example") && !line.hasSuffix("{") && !line.contains("}")
        && line.contains("(") || line.contains(" = ")
    }
    switch Int.random(in: 0..<6, using: &random) {
    case 0: return original
    case 1: lines.insert("// A comment.", at: 1)
    case 2: if let line = statements.randomElement(using: &random) { lines.remove(at: line) }
    case 3: if let line = statements.randomElement(using: &random) { lines.insert(lines[line], at: line) }
    case 4:
      if let one = statements.randomElement(using: &random), let other = statements.randomElement(using: &random) {
        lines.swapAt(one, other)
      }
    default: lines.append("func added\(Int.random(in: 0..<1_000, using: &random))() {}")
    }
    return lines.joined(separator: "\n")
  }

  @Test func theNumberOfThreadsChangesNothing() throws {
    let first = run(cached: false, threads: 1)
    for threads in [2, 3, 8] { #expect(run(cached: false, threads: threads) == first) }
  }

  /// Each process hashes in its own way, so that an order that came out of a dictionary would change from one to the next.
  @Test func everyProcessSaysTheSame() throws {
    func check(_ words: String...) throws -> String {
      let outcome = try BelayCommand.run(words: ["check", ".", "--format", "sarif"] + words, in: folder)
      #expect(outcome.code != 2, "\(outcome.errors)")
      return outcome.output.components(separatedBy: "\n").filter { line in
        !["\"seconds\"", "\"cachedPackages\""].contains { line.contains($0) }
      }.joined(separator: "\n")
    }
    let first = try check("--no-cache", "--jobs", "1")
    #expect(first.contains("BM0"))
    #expect(try check("--no-cache", "--jobs", "1") == first)
    #expect(try check("--no-cache", "--jobs", "4") == first)
    // Once to fill the cache, once to read from it.
    #expect(try check() == first)
    #expect(try check() == first)
  }
}
