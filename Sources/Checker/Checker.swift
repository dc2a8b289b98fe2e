import CFrontend
import Findings
import Flow
import Foundation
import Logging

/// The version of Belay.
public let belayVersion = "0.1.0"

/// From paths to a report: load, lower, analyse, run the rules, and sort out what is suppressed.
public struct Checker: Sendable {
  let options: CheckOptions
  private let logger: Logger

  /// A checker.
  public init(options: CheckOptions, logger: Logger = Logger(label: "belay") { _ in SwiftLogNoOpLogHandler() }) {
    self.options = options
    self.logger = logger
  }

  /// All rules, for reporters and `belay rules`.
  public static var rules: [RuleDescription] { RuleRegistry.descriptions }

  /// Checks the paths. Never fails: what cannot be read or parsed is a diagnostic in the report.
  ///
  /// - Parameter progress: is told what is being done; called from the calling thread.
  public func run(progress: (String) -> Void = { _ in }) -> Report {
    // Whoever is never told to stop has a report in the end.
    guard let report = run(isCancelled: { false }, progress: progress) else {
      preconditionFailure("a check that nobody cancelled gave no report")
    }
    return report
  }

  /// Likewise for someone who may lose interest meanwhile.
  ///
  /// - Parameter isCancelled: asked between the steps, on the calling thread; once it is true, there will be no report.
  public func run(isCancelled: () -> Bool, progress: (String) -> Void = { _ in }) -> Report? {
    let start = ContinuousClock.now
    progress("reading files")
    let sources = CheckedSources(options)
    logger.debug("read", metadata: ["files": "\(sources.fileCount)", "after": "\(start.duration(to: .now))"])
    if isCancelled() { return nil }
    let cache = options.cacheFolder.map { ResultCache(folder: $0, logger: logger) }
    let key = cache.map { _ in sources.fingerprint(salt: salt()) }
    var report: Report
    if let cache, let key, let known = cache.report(key) {
      report = known
      report.statistics.cachedPackages = report.statistics.packages
    } else {
      guard let new = analyse(sources, start, isCancelled, progress) else { return nil }
      report = new
      // What nobody has saved is not asked for again by another run.
      if let cache, let key, options.overlay.isEmpty { cache.store(report, key) }
    }
    if let changed = options.changedLines { report.findings.removeAll { !changed.touches($0) } }
    report.statistics.seconds =
      Double(start.duration(to: .now).components.attoseconds) / 1e18
      + Double(start.duration(to: .now).components.seconds)
    return report
  }

  /// Lets go of what is large on a thread of its own, so that nobody waits for it: a million small blocks take a while to free.
  private static func dispose(of something: consuming some Sendable) {
    let kept = something
    Thread { withExtendedLifetime(kept) {} }.start()
  }

  private func isEnabled(_ rule: RuleDescription) -> Bool {
    if let only = options.onlyRules { return only.contains(rule.id) }
    return options.configuration.isEnabled(rule)
  }

  /// Whatever changes the outcome besides the source.
  private func salt() -> String {
    let enabled = Self.rules.filter(isEnabled).map(\.id).joined(separator: ",")
    let severities = options.configuration.rules.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(
      separator: ",")
    let functions = options.configuration.functions.map { "\($0)" }.joined(separator: ",")
    let context = options.context
    return [
      belayVersion, ResultCache.buildIdentity, options.root, options.paths.joined(separator: ":"), enabled, severities,
      functions, "\(context.operatingSystem)/\(context.architecture) \(context.tags.sorted())",
      "\(options.checksAllContexts) \(options.shard.map { "\($0.number)/\($0.count)" } ?? "")",
    ].joined(separator: "\n")
  }

  private func analyse(
    _ sources: CheckedSources, _ start: ContinuousClock.Instant, _ isCancelled: () -> Bool,
    _ progress: (String) -> Void
  ) -> Report? {
    let model = LibraryModel(additions: options.configuration.functions)
    progress("parsing and checking types")
    let partsFolder = options.cacheFolder.map {
      ResultCache.partsFolder(in: $0, functions: options.configuration.functions)
    }
    let program = sources.program(knowledge: model, cache: partsFolder)
    logger.debug("lowered", metadata: ["units": "\(program.units.count)", "after": "\(start.duration(to: .now))"])
    if isCancelled() {
      Self.dispose(of: program)
      return nil
    }
    progress("analysing")
    let analysis = Analysis(
      units: program.units, symbols: program.symbols, sourceMap: program.sourceMap, knowledge: model,
      queue: ParallelQueue(threads: options.threads),
      cache: partsFolder.map { SolverCache(folder: $0, identities: program.identities) })
    logger.debug("solved", metadata: ["after": "\(start.duration(to: .now))"])
    if isCancelled() {
      Self.dispose(of: (program, analysis))
      return nil
    }
    progress("running rules")
    var findings = RuleRegistry.findings(in: analysis, where: isEnabled)
    // A file that belongs to several build contexts is analysed in each; a fault in it is one fault.
    var seen: Set<Finding> = []
    findings.removeAll { !seen.insert($0).inserted }
    let files = SourceFiles(root: options.root, overlay: options.overlay)
    let ran = Set(Self.rules.filter(isEnabled).map(\.id))
    var suppressions = Suppressions(
      program.directives, sourceMap: program.sourceMap, sources: files, known: Self.rules)
    findings += suppressions.apply(
      to: &findings, ran: ran, info: Self.rules.first { $0.id == "BM021" && isEnabled($0) })
    findings.removeAll { program.unselectedFiles.contains($0.place.file) }
    for index in findings.indices {
      if case .severity(let severity) = options.configuration.rules[findings[index].rule] {
        findings[index].severity = severity
      }
    }
    findings.sort { ($0.place, $0.rule, $0.message) < ($1.place, $1.rule, $1.message) }
    Fingerprint.assign(to: &findings, sources: files)
    var statistics = Report.Statistics()
    statistics.files = program.files.count
    statistics.lines = program.lines
    statistics.functions = program.units.reduce(0) { $0 + $1.functions.count }
    statistics.packages = program.units.count
    statistics.cachedPackages = program.cachedUnits
    logger.debug("done", metadata: ["findings": "\(findings.count)", "after": "\(start.duration(to: .now))"])
    let report = Report(
      toolVersion: belayVersion, rules: Self.rules.filter(isEnabled), findings: findings,
      diagnostics: program.diagnostics, statistics: statistics)
    Self.dispose(of: (program, analysis))
    return report
  }
}
