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

  @Option(
    help: ArgumentHelp("Write a page with explanations, pictures of maps and what to type.", valueName: "file"))
  var html: String?

  @Option(
    help: ArgumentHelp(
      "The folder of the Go programs; otherwise Examples/Lab/Go of the clone of Belay that is around here, or that belay is in.",
      valueName: "folder"))
  var examples: String?

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
    options.checker = [Guard.executable.path, "check", "--format", "json"]
    let (go, absence) = try goPrograms()
    let lab = Lab(swiftProgram: [Guard.executable.path, LabProgram.name], go: go, options: options)
    if list {
      for scenario in lab.scenarios { try Files.print("\(scenario.number). \(scenario.name): \(scenario.title)\n") }
      return
    }
    let progress = ProgressLine(isOn: Terminal().errorIsTerminal)
    var report = try lab.run(scenario) {
      progress.show($0)
    } onScenario: {
      progress.clear()
      // What is there is shown at once; a reader that goes away is found out at the end.
      if !json { try? Files.print($0.text + "\n") }
    }
    if let absence { report.notes.append(absence) }
    if let html { try Files.write(LabPage(report).text, to: html, what: "the page") }
    if json { try Files.print(json: report) } else { try Files.print(report.closingText) }
    if report.hasFailures { throw ExitCode(1) }
  }

  /// The programs of Go; nil, and why, where there are none or nothing builds them.
  private func goPrograms() throws -> (programs: GoPrograms?, absence: String?) {
    guard let folder = examples ?? GoPrograms.found(beside: Guard.executable) else {
      return (nil, "no Go programs ran: Examples/Lab/Go is not here; give its folder with --examples")
    }
    let toolchains = try GoToolchain.found()
    guard !toolchains.isEmpty else {
      return (nil, "no Go programs ran: there is no go in PATH, and BELAY_GO is not set")
    }
    let isOneLayout = Set(toolchains.map(\.isClassic)).count == 1
    return (
      try GoPrograms(folder: URL(fileURLWithPath: folder).path, toolchains: toolchains),
      isOneLayout
        ? "Go ran with \(toolchains[0].isClassic ? "classic" : "Swiss") maps only: BELAY_GO and BELAY_GO_CLASSIC name a Go for each layout"
        : nil
    )
  }
}
