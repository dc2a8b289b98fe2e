import ArgumentParser
import Checker
import Findings
import Foundation
import GoFrontend
import Logging

extension Severity: ExpressibleByArgument {}

/// `belay check`: finds the faults.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Finds hash maps that hold C pointers, and the faults around them.",
    discussion: """
      Reads Go modules, Swift packages, folders or single files; needs neither a toolchain nor a build of them. Exit code 0: clean; 1: findings at or above --fail-on; 2: the \
      check could not run.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, sarif, github, html }

  @Argument(help: "Files and folders; a folder means everything below it.")
  var paths = ["."]

  @Option(help: "How the report is written: text, json, sarif, github or html.")
  var format = Format.text

  @Option(name: .shortAndLong, help: ArgumentHelp("Write the report to a file.", valueName: "file"))
  var output: String?

  @Option(help: "Findings of at least this severity make the exit code 1: red, yellow or green.")
  var failOn: Severity?

  @Option(
    help: ArgumentHelp(
      "The configuration file; otherwise the nearest .belay.yml in or above the first path.", valueName: "file"))
  var config: String?

  @Option(help: ArgumentHelp("Run only these rules, by id or name, separated by commas.", valueName: "rules"))
  var only: String?

  @Option(help: ArgumentHelp("Findings in this file are known; only new ones are reported.", valueName: "file"))
  var baseline: String?

  @Option(help: ArgumentHelp("Write all findings to a file for --baseline.", valueName: "file"))
  var writeBaseline: String?

  @Option(help: ArgumentHelp("Report only what lies on lines changed since a git revision.", valueName: "revision"))
  var since: String?

  @Option(help: ArgumentHelp("Check part I of N; join the SARIF of the parts with 'belay merge'.", valueName: "I/N"))
  var shard: String?

  @Flag(help: "Apply the fixes of the reported findings to the source.")
  var fix = false

  @Flag(help: "Check _test.go files, and the test targets of Swift packages, as well.")
  var tests = false

  @Option(help: ArgumentHelp("The operating system that files are chosen for first.", valueName: "name"))
  var goos = BuildContext.hostOperatingSystem

  @Option(help: ArgumentHelp("The processor architecture that files are chosen for first.", valueName: "name"))
  var goarch = BuildContext.hostArchitecture

  @Option(help: ArgumentHelp("Build tags, separated by commas.", valueName: "list"))
  var tags = ""

  @Option(name: .shortAndLong, help: "How many threads work.")
  var jobs: Int = ProcessInfo.processInfo.activeProcessorCount

  @Flag(help: "Neither use nor write the cache of earlier runs.")
  var noCache = false

  @Flag(help: "Show suppressed findings as well.")
  var showSuppressed = false

  @Flag(help: "Count findings by rule, and what was read, on standard error.")
  var statistics = false

  @Flag(help: "Say on standard error what takes how long.")
  var verbose = false

  func validate() throws {
    if jobs < 1 { throw ValidationError("--jobs must be at least 1") }
    if let shard, Shard(shard) == nil {
      throw ValidationError("--shard '\(shard)' is not of the form I/N with I from 1 to N")
    }
    if writeBaseline != nil {
      if since != nil { throw ValidationError("--write-baseline would lose what --since leaves out; use one of them") }
      if shard != nil { throw ValidationError("--write-baseline would hold one shard only; leave --shard out") }
    }
  }

  func run() throws {
    let options = try checkOptions()
    let terminal = Terminal()
    var logger = Logger(label: "belay", factory: StreamLogHandler.standardError(label:))
    logger.logLevel = verbose ? .debug : .error
    let progress = ProgressLine(isOn: terminal.errorIsTerminal && !verbose)
    var report = Checker(options: options, logger: logger).run { progress.show($0) }
    progress.clear()
    let sources = SourceFiles(root: options.root)
    if let writeBaseline {
      try Files.write(Baseline(report).encoded(), to: writeBaseline, what: "the baseline")
    }
    if let baseline { try apply(baseline, to: &report) }
    if fix { try FixApplier(root: options.root).apply(&report) }
    let reporter: any Reporter =
      switch format {
      case .text: TextReporter(color: output == nil && terminal.usesColor, showsSuppressed: showSuppressed)
      case .json: JSONReporter()
      case .sarif: SARIFReporter()
      case .github: GitHubReporter()
      case .html: HTMLReporter()
      }
    let text = reporter.render(report, sources: sources)
    if let output { try Files.write(text, to: output, what: "the report") } else { try Files.print(text) }
    if statistics { Files.printError(StatisticsTable(report).text) }
    let threshold = failOn ?? options.configuration.failOn ?? .red
    if report.open.contains(where: { $0.severity >= threshold }) { throw ExitCode(1) }
  }

  private func checkOptions() throws -> CheckOptions {
    var options = CheckOptions()
    options.paths = paths
    try Files.checkExistence(of: paths, toDo: "check")
    let rules = Checker.rules
    if let file = config ?? ConfigurationFile.find(from: Files.folder(paths[0])) {
      options.configuration = try ConfigurationFile.read(file, rules: rules)
    }
    if let only {
      options.onlyRules = Set(
        try only.split(separator: ",").map { word in
          let word = word.trimmingCharacters(in: .whitespaces)
          return try RuleLookup.find(word, in: rules).id
        })
    }
    options.context = BuildContext(
      operatingSystem: goos, architecture: goarch, tags: Set(tags.split(separator: ",").map(String.init)))
    options.includesTests = tests
    options.threads = jobs
    options.cacheFolder = noCache ? nil : Checker.defaultCacheFolder
    options.shard = shard.flatMap(Shard.init)
    if let since { options.changedLines = try ChangedLines(since: since, root: options.root) }
    return options
  }

  private func apply(_ path: String, to report: inout Report) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CheckFailure(
        "cannot read the baseline \(path)", "there is no such file, or it may not be read",
        "write one with --write-baseline \(path)")
    }
    do {
      // What was not looked for cannot be said to be gone.
      let ran = Set(report.rules.map(\.id))
      let gone = try Baseline(data: data).apply(to: &report).filter { ran.contains($0.rule) }
      if !gone.isEmpty, since == nil, shard == nil, paths == ["."] {
        let what = gone.count == 1 ? "1 finding of the baseline is" : "\(gone.count) findings of the baseline are"
        Files.printError("belay: \(what) gone; write it anew with --write-baseline \(path)")
      }
    } catch let failure as Baseline.Failure {
      throw CheckFailure("cannot use the baseline \(path)", failure.description, "or leave --baseline out")
    }
  }
}
