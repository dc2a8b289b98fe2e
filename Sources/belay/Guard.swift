import ArgumentParser
import Checker
import Findings
import Foundation
import GuardMonitor

/// `belay guard`: a program under the allocator guard.
struct Guard: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs a program, and reports each use of freed memory as it happens.",
    discussion: """
      Any dynamically linked program, without a rebuild: each block of memory that it allocates lies on pages of its own, and cannot be touched any more once it is freed. The report \
      says who accessed, freed and allocated the block; what the program itself does about the fault comes after it.

      With --audit it also finds memory that was freed and that a map still holds, before anybody uses it: a Go map, or a BucketMap of Swift.

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

  @Option(
    help: ArgumentHelp(
      "Look so often for maps that hold freed memory, and once more at the end.", valueName: "seconds"))
  var audit: Double?

  @Option(help: "How faults are reported: text, json (an object a line), or sarif (when the program has ended).")
  var format = Format.text

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Write the report to a file, not to standard error.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("The guard's library; otherwise libBelayGuard.so beside belay.", valueName: "file"))
  var library: String?

  @Argument(parsing: .captureForPassthrough, help: "The program and its arguments, behind '--'.")
  var command: [String] = []

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, sarif }

  func validate() throws {
    if let audit, !(0.01...1e6).contains(audit) {
      throw ValidationError("--audit must be between 0.01 and 1000000 seconds")
    }
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
    options.auditSeconds = audit
    let report = try output.map { try Self.create($0) } ?? FileHandle.standardError
    let session = try GuardSession(words, library: library ?? Self.defaultLibrary, options: options)
    // The terminal sends the interrupt to both: the program decides what it means.
    signal(SIGINT, SIG_IGN)
    var found: [GuardReport] = []
    let end = try session.run { next in
      found.append(next)
      switch format {
      case .text: try? report.write(contentsOf: Data(next.text.utf8))
      case .json: try? report.write(contentsOf: Data(Self.json(next).utf8))
      case .sarif: break
      }
    }
    if format == .sarif { try report.write(contentsOf: Data(Self.sarif(found).utf8)) }
    let faults = found.filter { if case .note = $0 { false } else { true } }.count
    if faults > 0 { throw ExitCode(1) }
    switch end {
    case .exited(let status): throw ExitCode(status)
    // As shells say it.
    case .killed(let signal): throw ExitCode(128 + signal)
    case .timedOut: throw ExitCode(128 + SIGKILL)
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

  private static func json(_ found: GuardReport) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Numbers and text: there is nothing in a fault that JSON has no form for.
    return (try? encoder.encode(found)).map { String(decoding: $0, as: UTF8.self) + "\n" } ?? ""
  }

  private static func sarif(_ reports: [GuardReport]) -> String {
    let root = FileManager.default.currentDirectoryPath
    let sources = SourceFiles(root: root)
    var findings = reports.compactMap { $0.finding(root: root) }
    Fingerprint.assign(to: &findings, sources: sources)
    let report = Report(
      toolVersion: belayVersion, rules: GuardReport.rules, findings: findings, diagnostics: [],
      statistics: Report.Statistics())
    return SARIFReporter().render(report, sources: sources)
  }

  /// Beside belay, wherever that was installed.
  static var defaultLibrary: String {
    executable.deletingLastPathComponent().appendingPathComponent("libBelayGuard.so").path
  }

  /// This program, wherever it was installed.
  static var executable: URL { URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath() }
}
