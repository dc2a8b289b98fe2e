import ArgumentParser
import Checker
import Foundation
import GuardMonitor

/// `belay guard`: a program under the allocator guard.
struct Guard: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs a program, and reports each use of freed memory as it happens.",
    discussion: """
      Any dynamically linked program, without a rebuild: each block of memory that it allocates lies on pages of its own, and cannot be touched any more once it is freed. The report \
      says who accessed, freed and allocated the block; what the program itself does about the fault comes after it.

      Exit code 1: there were faults; 2: the program could not be guarded; otherwise that of the program.
      """)

  @Option(help: "Guard one allocation in so many.")
  var sample = 1

  @Option(
    help: ArgumentHelp(
      "The most memory that guarded blocks have, in MiB; what is allocated beyond is not guarded.", valueName: "MiB"))
  var budget = 256

  @Option(help: ArgumentHelp("How many freed blocks stay inaccessible.", valueName: "blocks"))
  var quarantine = 65536

  @Option(help: "How faults are reported: text or json (an object a line).")
  var format = Format.text

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Write the report to a file, not to standard error.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("The guard's library; otherwise libBelayGuard.so beside belay.", valueName: "file"))
  var library: String?

  @Argument(parsing: .captureForPassthrough, help: "The program and its arguments, behind '--'.")
  var command: [String] = []

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  func validate() throws {
    guard sample > 0 else { throw ValidationError("--sample must be at least 1") }
    guard (1...1 << 20).contains(budget) else { throw ValidationError("--budget must be between 1 and 1048576") }
    guard (1...1 << 22).contains(quarantine) else {
      throw ValidationError("--quarantine must be between 1 and 4194304")
    }
    guard !words.isEmpty else { throw ValidationError("there is nothing to run; write the program behind '--'") }
  }

  private var words: [String] { command.first == "--" ? Array(command.dropFirst()) : command }

  func run() throws {
    var options = GuardOptions()
    options.sample = sample
    options.budgetBytes = budget << 20
    options.quarantine = quarantine
    let report = try output.map { try Self.create($0) } ?? FileHandle.standardError
    let session = try GuardSession(words, library: library ?? Self.defaultLibrary, options: options)
    // The terminal sends the interrupt to both: the program decides what it means.
    signal(SIGINT, SIG_IGN)
    var faults = 0
    let end = try session.run { fault in
      faults += 1
      let text = format == .text ? fault.text : Self.json(fault)
      try? report.write(contentsOf: Data(text.utf8))
    }
    if faults > 0 { throw ExitCode(1) }
    switch end {
    case .exited(let status): throw ExitCode(status)
    // As shells say it.
    case .killed(let signal): throw ExitCode(128 + signal)
    }
  }

  private static func create(_ path: String) throws -> FileHandle {
    guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
    else {
      throw CheckFailure(
        "cannot write the report to \(path)", "it cannot be created", "give a path that can be written")
    }
    return file
  }

  private static func json(_ fault: GuardFault) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Numbers and text: there is nothing in a fault that JSON has no form for.
    return (try? encoder.encode(fault)).map { String(decoding: $0, as: UTF8.self) + "\n" } ?? ""
  }

  /// Beside belay, wherever that was installed.
  private static var defaultLibrary: String {
    let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return executable.deletingLastPathComponent().appendingPathComponent("libBelayGuard.so").path
  }
}
