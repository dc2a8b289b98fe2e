import ArgumentParser
import LabFaults

/// One program of the lab, in this process: what `belay lab` runs.
struct LabProgram: ParsableCommand {
  static let name = "lab-program"
  static let configuration = CommandConfiguration(
    commandName: name, abstract: "Runs one program of the lab, which may crash.", shouldDisplay: false)

  @Argument(help: "The name of the scenario.")
  var scenario: String

  @Argument(help: "The name of the program.")
  var variant: String

  func run() throws {
    let status = FaultProgram.run(scenario: scenario, variant: variant)
    if status != 0 { throw ExitCode(status) }
  }
}
