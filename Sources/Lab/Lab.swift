import Foundation
import LabFaults

/// Runs programs with faults and with defences, each in a process of its own, and says what happened to them.
public struct Lab {
  /// How the lab runs its programs.
  public struct Options: Sendable {
    /// How long each program may run.
    public var timeLimit: Duration = .seconds(20)
    /// The guard's library; nil to run nothing under the guard.
    public var guardLibrary: String?
    /// What runs `belay check` with its findings as JSON, without the folder; empty to check nothing.
    public var checker: [String] = []

    /// Twenty seconds, without the guard and the checker.
    public init() {}
  }

  /// A program with what the report says of it.
  struct Experiment {
    let language: String
    let variant: String
    let kind: FaultVariant.Kind
    let shows: String
    let tool: String?
    /// What to type to run it by hand.
    let command: String
    /// Finds out what happens.
    let run: () -> Evidence
  }

  private let swiftProgram: [String]
  private let go: GoPrograms?
  private let options: Options

  /// A lab.
  ///
  /// - Parameters:
  ///   - swiftProgram: What runs a program of Swift: a path, and arguments before the scenario and the variant.
  ///   - go: The programs of Go; nil to run none.
  public init(swiftProgram: [String], go: GoPrograms? = nil, options: Options) {
    self.swiftProgram = swiftProgram
    self.go = go
    self.options = options
  }

  /// The scenarios that there are, without results: those of Swift, with the Go programs of the same number, and those that only Go has.
  public var scenarios: [LabReport.Scenario] {
    var result = FaultScenario.all.map {
      LabReport.Scenario(number: $0.number, name: $0.name, title: $0.title, explanation: $0.explanation, results: [])
    }
    for scenario in go?.scenarios ?? [] where scenario.claim == nil {
      guard !result.contains(where: { $0.number == scenario.number }) else { continue }
      result.append(
        LabReport.Scenario(
          number: scenario.number, name: scenario.name, title: scenario.title, explanation: scenario.explanation,
          results: []))
    }
    return result.sorted { $0.number < $1.number }
  }

  /// What the command line calls the claims.
  public static let claims = "claims"

  /// Runs scenarios.
  ///
  /// - Parameters:
  ///   - selection: Names or numbers of scenarios, or `claims`; all of them if it is empty.
  ///   - onStart: Is told what runs next.
  ///   - onScenario: Is given each scenario when all its programs have run.
  /// - Throws: When there is no such scenario.
  public func run(
    _ selection: [String], onStart: (String) -> Void = { _ in }, onScenario: (LabReport.Scenario) -> Void = { _ in }
  ) throws(LabFailure) -> LabReport {
    var report = LabReport()
    if options.guardLibrary == nil {
      report.notes.append("nothing ran under belay guard: there is no libBelayGuard.so")
    }
    for var scenario in try selected(selection) {
      for experiment in swiftExperiments(scenario) + goExperiments(scenario) {
        onStart("\(experiment.language) \(scenario.name) \(experiment.variant)")
        scenario.results.append(result(of: experiment))
      }
      onScenario(scenario)
      report.scenarios.append(scenario)
    }
    if selection.isEmpty || selection.contains(Self.claims) { report.claims = tryClaims(onStart) }
    return report
  }

  private func selected(_ selection: [String]) throws(LabFailure) -> [LabReport.Scenario] {
    let all = scenarios
    guard !selection.isEmpty else { return all }
    func matches(_ scenario: LabReport.Scenario, _ word: String) -> Bool {
      scenario.name == word || "\(scenario.number)" == word
    }
    for word in selection where word != Self.claims && !all.contains(where: { matches($0, word) }) {
      throw LabFailure(
        "unknown scenario '\(word)'",
        "there are \(all.map { "\($0.number) \($0.name)" }.joined(separator: ", ")), and \(Self.claims)",
        "give names or numbers of these, or none for all")
    }
    return all.filter { scenario in selection.contains { matches(scenario, $0) } }
  }

  private func result(of experiment: Experiment) -> LabResult {
    let start = ContinuousClock.now
    let evidence = experiment.run()
    let time = start.duration(to: .now).components
    return LabResult(
      language: experiment.language, variant: experiment.variant, kind: experiment.kind, shows: experiment.shows,
      tool: experiment.tool, outcome: Outcome(of: evidence, variant: experiment.tool ?? experiment.variant),
      facts: evidence.facts.map { LabResult.Fact(name: $0.name, value: $0.value) },
      pictures: evidence.pictures.map { LabResult.Picture(title: $0.title, svg: $0.svg) },
      command: experiment.command,
      seconds: Double(time.seconds) + (Double(time.attoseconds) / 1e15).rounded() / 1000)
  }

  private func swiftExperiments(_ scenario: LabReport.Scenario) -> [Experiment] {
    var result: [Experiment] = []
    for variant in FaultScenario.all.first(where: { $0.number == scenario.number })?.variants ?? [] {
      let words = [scenario.name, variant.name]
      let typed = "belay lab-program \(words.joined(separator: " "))"
      let child = ChildProcess(command: swiftProgram + words, timeLimit: options.timeLimit)
      func add(_ tool: String?, _ command: String, _ run: @escaping () -> Evidence) {
        result.append(
          Experiment(
            language: "Swift", variant: variant.name, kind: variant.kind, shows: variant.shows, tool: tool,
            command: command, run: run))
      }
      add(nil, typed) { child.run() }
      if variant.kind == .fault, let library = options.guardLibrary {
        add(LabResult.guardian, "belay guard --audit 10 -- \(typed)") { child.run(under: library) }
      }
    }
    return result
  }

  private func goExperiments(_ scenario: LabReport.Scenario) -> [Experiment] {
    guard let go else { return [] }
    var result: [Experiment] = []
    for found in go.scenarios where found.number == scenario.number && found.claim == nil {
      let checked =
        options.checker.isEmpty
        ? nil
        : CheckerRun.of(folder: "\(go.folder)/\(found.folder)", with: options.checker, timeLimit: .seconds(600))
      for toolchain in go.toolchains {
        for variant in found.variants where variant.runs(with: toolchain) {
          let kind: FaultVariant.Kind = variant.kind == .defence ? .defence : .fault
          func add(_ tool: String?, _ command: String, _ run: @escaping () -> Evidence) {
            result.append(
              Experiment(
                language: toolchain.label, variant: variant.program, kind: kind, shows: variant.shows, tool: tool,
                command: command, run: run))
          }
          add(variant.tool, go.command(found, variant, underGuard: false)) {
            run(found, variant, go, toolchain) { $0.run() }
          }
          guard variant.tool == nil else { continue }
          if kind == .fault, found.usesC, let library = options.guardLibrary {
            add(LabResult.guardian, go.command(found, variant, underGuard: true)) {
              run(found, variant, go, toolchain) { $0.run(under: library) }
            }
          }
          // It reads the source: the toolchain does not matter to it.
          if let checked, toolchain == go.toolchains.first {
            add(LabResult.checker, "belay check ./\(found.folder)") { evidence(checked.rules(in: variant.program)) }
          }
        }
      }
    }
    return result
  }

  private func evidence(_ rules: [String]) -> Evidence {
    let ending =
      rules.isEmpty ? Ending(.nothing, "no finding") : Ending(.caught, rules.joined(separator: " "))
    return Evidence(end: .exited(0), output: ending.line, errors: "")
  }

  private func run(
    _ scenario: GoScenario, _ variant: GoScenario.Variant, _ go: GoPrograms, _ toolchain: GoToolchain,
    _ body: (ChildProcess) -> Evidence
  ) -> Evidence {
    switch go.executable(of: scenario, variant, with: toolchain) {
    case .success(let path):
      body(
        ChildProcess(command: [path, variant.program], environment: variant.env ?? [:], timeLimit: options.timeLimit))
    case .failure(let failure): Evidence(end: .notStarted("\(failure)"), output: "", errors: "")
    }
  }

  private func tryClaims(_ onStart: (String) -> Void) -> [LabClaim] {
    guard let go else { return [] }
    var result: [LabClaim] = []
    for scenario in go.scenarios {
      guard let claim = scenario.claim else { continue }
      for toolchain in go.toolchains {
        for variant in scenario.variants where variant.runs(with: toolchain) {
          onStart("\(toolchain.label) \(scenario.name)")
          let evidence = run(scenario, variant, go, toolchain) { $0.run() }
          let verdict = evidence.verdict
          result.append(
            LabClaim(
              name: scenario.name, claim: claim, explanation: scenario.explanation, language: toolchain.label,
              verdict: verdict?.holds, detail: verdict?.detail ?? Outcome(of: evidence, variant: variant.name).text,
              expected: scenario.expected, command: go.command(scenario, variant, underGuard: false)))
        }
      }
    }
    return result
  }
}
