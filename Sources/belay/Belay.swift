import ArgumentParser
import Checker
import Foundation
import GuardMonitor
import Lab

/// The command line.
@main
struct Belay: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "belay",
    abstract: "Finds hash maps that hold C pointers, and the faults around them.",
    version: belayVersion,
    subcommands: [
      Check.self, Inspect.self, WatchCommand.self, Correlate.self, Maps.self, Rules.self, Explain.self, Merge.self,
      Guard.self, LabCommand.self, LabProgram.self, LSP.self,
    ])

  static func main() {
    do {
      try checkCommandName(CommandLine.arguments.dropFirst().first)
      var command = try parseAsRoot()
      try command.run()
    } catch let failure as CheckFailure {
      Files.printError("belay: \(failure)")
      Foundation.exit(2)
    } catch let failure as LabFailure {
      Files.printError("belay: \(failure)")
      Foundation.exit(2)
    } catch let failure as GuardFailure {
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

  /// The parser would call a mistyped command an unexpected argument; here it is named, with what may have been meant.
  private static func checkCommandName(_ word: String?) throws {
    func names(_ commands: [any ParsableCommand.Type]) -> [String] {
      commands.map { $0.configuration.commandName ?? "\($0)".lowercased() } + ["help"]
    }
    guard let word, !word.hasPrefix("-"), !names(configuration.subcommands).contains(word) else { return }
    let commands = names(configuration.subcommands.filter { $0.configuration.shouldDisplay })
    throw CheckFailure(
      "unknown command '\(word)'",
      "there are \(commands.joined(separator: ", "))\(NearMiss.hint(word, among: commands))",
      "'belay help' tells what they do")
  }
}
