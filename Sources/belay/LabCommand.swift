import ArgumentParser
import Foundation
import Lab

/// `belay lab`: each fault for real, without and with each defence.
struct LabCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab",
    abstract: "Runs each fault for real, without and with each defence, and says what happened.",
    discussion: """
      Every program runs in a process of its own: what has the fault also under belay guard. The outcome is what the process did: it crashed, found the wrong object, read stale data, \
      was caught, or nothing happened. Exit code 1: a program could not be run, or did not say what happened.
      """)

  @Argument(help: "Names or numbers of scenarios; all of them if there is none.")
  var scenario: [String] = []

  @Flag(help: "List the scenarios, and run nothing.")
  var list = false

  @Flag(help: "JSON instead of text.")
  var json = false

  @Option(help: ArgumentHelp("How long each program may run.", valueName: "seconds"))
  var timeLimit = 20.0

  @Option(
    help: ArgumentHelp(
      "The guard's library; otherwise libBelayGuard.so beside belay, if it is there.", valueName: "file"))
  var library: String?

  func validate() throws {
    guard (0.1...3600).contains(timeLimit) else {
      throw ValidationError("--time-limit must be between 0.1 and 3600 seconds")
    }
  }

  func run() throws {
    var options = Lab.Options()
    options.timeLimit = .milliseconds(Int(timeLimit * 1000))
    options.guardLibrary = library ?? (access(Guard.defaultLibrary, R_OK) == 0 ? Guard.defaultLibrary : nil)
    let lab = Lab(swiftProgram: [Guard.executable.path, LabProgram.name], options: options)
    if list {
      for scenario in lab.scenarios { try Files.print("\(scenario.number). \(scenario.name): \(scenario.title)\n") }
      return
    }
    let progress = ProgressLine(isOn: Terminal().errorIsTerminal)
    let report = try lab.run(scenario) {
      progress.show($0)
    } onScenario: {
      progress.clear()
      // What is there is shown at once; a reader that goes away is found out at the end.
      if !json { try? Files.print($0.text + "\n") }
    }
    if json {
      try Files.print(json: report)
    } else {
      for note in report.notes { try Files.print("note: \(note)\n") }
    }
    if report.hasFailures { throw ExitCode(1) }
  }
}
