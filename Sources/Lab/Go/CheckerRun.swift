import Foundation

/// What `belay check` finds in a folder of the lab's Go programs, by function.
struct CheckerRun: Decodable {
  struct Finding: Decodable {
    let rule: String
    let symbol: String?
  }

  let findings: [Finding]

  /// Runs the checker.
  ///
  /// - Parameter command: What runs it, without the folder.
  static func of(folder: String, with command: [String], timeLimit: Duration) -> CheckerRun? {
    let child = ChildProcess(command: command + [folder], folder: folder, timeLimit: timeLimit)
    return try? JSONDecoder().decode(CheckerRun.self, from: Data(child.run().output.utf8))
  }

  /// The rules that have something to say in the function of a variant.
  func rules(in variant: String) -> [String] {
    let function = Self.function(of: variant)
    return Set(
      findings.filter { ($0.symbol ?? "").split(separator: ".").last.map(String.init) == function }.map(\.rule)
    )
    .sorted()
  }

  /// `remove-first` is the function `removeFirst`.
  static func function(of variant: String) -> String {
    let words = variant.split(separator: "-")
    return (words.first.map(String.init) ?? "")
      + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }
}
