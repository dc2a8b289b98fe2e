import Foundation

/// `belay-bench parse [--rounds N]` and `belay-bench syntax [--full]`, both over the paths on standard input.
@main
struct BelayBench {
  static func main() {
    var arguments = Array(CommandLine.arguments.dropFirst())
    let command = arguments.isEmpty ? "" : arguments.removeFirst()
    let paths = Array(AnyIterator { readLine() })
    switch command {
    case "parse":
      let rounds = arguments.count == 2 && arguments[0] == "--rounds" ? Int(arguments[1]) ?? 5 : 5
      ParseBenchmark.run(paths, rounds: rounds)
    case "syntax":
      SyntaxComparison.run(paths, full: arguments.contains("--full"))
    default:
      fail("usage: belay-bench parse [--rounds N] | belay-bench syntax [--full], with paths on standard input")
    }
  }

  /// The bytes of a file; ends the program when it cannot be read.
  static func read(_ path: String) -> SourceBytes {
    do {
      return try SourceBytes(contentsOf: path)
    } catch {
      fail("\(path): \(error.localizedDescription)")
    }
  }

  private static func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("belay-bench: \(message)\n".utf8))
    exit(2)
  }
}
