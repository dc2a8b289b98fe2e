import ArgumentParser
import Checker
import Foundation

/// The command line.
@main
struct Belay: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "belay",
    abstract: "Finds hash maps that hold C pointers, and the faults around them.",
    version: belayVersion,
    subcommands: [Check.self, Maps.self, Rules.self, Explain.self, Merge.self])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let failure as CheckFailure {
      Files.printError("belay: \(failure)")
      Foundation.exit(2)
    } catch {
      // 64 is what the argument parser means by a usage error.
      let code = exitCode(for: error)
      if code == .validationFailure || code.rawValue == 64 {
        Files.printError(fullMessage(for: error))
        Foundation.exit(2)
      }
      exit(withError: error)
    }
  }
}
