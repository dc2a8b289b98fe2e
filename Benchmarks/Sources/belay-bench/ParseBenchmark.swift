import Foundation

/// The time that parsing takes on one thread, files in memory; the fastest of several rounds counts.
enum ParseBenchmark {
  /// Prints the number of files, of lines, and the milliseconds per 1 000 lines.
  static func run(_ paths: [String], rounds: Int) {
    let sources = paths.map(BelayBench.read)
    let lines = sources.reduce(0) { $0 + $1.bytes.count { $0 == 0x0A } }
    var best = Double.infinity
    for _ in 0..<rounds {
      let names = NameTable()
      let start = ContinuousClock.now
      for (path, source) in zip(paths, sources) {
        _ = Parser.parse(source: source, path: path, names: names)
      }
      best = min(best, (ContinuousClock.now - start) / .milliseconds(1))
    }
    print(paths.count, lines, String(format: "%.4f", best * 1000 / Double(lines)))
  }
}
