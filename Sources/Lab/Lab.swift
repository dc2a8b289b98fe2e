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

    /// Twenty seconds, without the guard.
    public init() {}
  }

  /// A program with what the report says of it.
  struct Experiment {
    let scenario: LabReport.Scenario
    let language: String
    let variant: String
    let kind: FaultVariant.Kind
    let shows: String
    let isGuarded: Bool
    /// What runs it, or why it cannot be run.
    let program: Result<ChildProcess, LabFailure>
    /// What to type to run it by hand.
    let command: String
  }

  private let swiftProgram: [String]
  private let options: Options

  /// A lab.
  ///
  /// - Parameter swiftProgram: What runs a program of Swift: a path, and arguments before the scenario and the variant.
  public init(swiftProgram: [String], options: Options) {
    self.swiftProgram = swiftProgram
    self.options = options
  }

  /// The scenarios that there are, without results.
  public var scenarios: [LabReport.Scenario] {
    FaultScenario.all.map {
      LabReport.Scenario(number: $0.number, name: $0.name, title: $0.title, explanation: $0.explanation, results: [])
    }.sorted { $0.number < $1.number }
  }

  /// Runs scenarios.
  ///
  /// - Parameters:
  ///   - selection: Names or numbers of scenarios; all of them if it is empty.
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
      for experiment in experiments(scenario) {
        onStart("\(experiment.language) \(scenario.name) \(experiment.variant)")
        scenario.results.append(result(of: experiment))
      }
      onScenario(scenario)
      report.scenarios.append(scenario)
    }
    return report
  }

  private func selected(_ selection: [String]) throws(LabFailure) -> [LabReport.Scenario] {
    let all = scenarios
    guard !selection.isEmpty else { return all }
    for word in selection where !all.contains(where: { $0.name == word || "\($0.number)" == word }) {
      throw LabFailure(
        "unknown scenario '\(word)'", "there are \(all.map { "\($0.number) \($0.name)" }.joined(separator: ", "))",
        "give names or numbers of these, or none for all")
    }
    return all.filter { selection.contains($0.name) || selection.contains("\($0.number)") }
  }

  private func experiments(_ scenario: LabReport.Scenario) -> [Experiment] {
    var result: [Experiment] = []
    for variant in FaultScenario.all.first(where: { $0.name == scenario.name })?.variants ?? [] {
      let words = [scenario.name, variant.name]
      let typed = "belay lab-program \(words.joined(separator: " "))"
      let child = ChildProcess(command: swiftProgram + words, timeLimit: options.timeLimit)
      for isGuarded in [false, true] where !isGuarded || (variant.kind == .fault && options.guardLibrary != nil) {
        result.append(
          Experiment(
            scenario: scenario, language: "Swift", variant: variant.name, kind: variant.kind, shows: variant.shows,
            isGuarded: isGuarded, program: .success(child),
            command: isGuarded ? "belay guard --audit 10 -- \(typed)" : typed))
      }
    }
    return result
  }

  private func result(of experiment: Experiment) -> LabResult {
    let start = ContinuousClock.now
    let evidence: Evidence
    switch experiment.program {
    case .success(let child):
      evidence =
        if experiment.isGuarded, let library = options.guardLibrary { child.run(under: library) } else { child.run() }
    case .failure(let failure):
      evidence = Evidence(end: .notStarted("\(failure)"), output: "", errors: "")
    }
    let time = start.duration(to: .now).components
    return LabResult(
      language: experiment.language, variant: experiment.variant, kind: experiment.kind, shows: experiment.shows,
      isGuarded: experiment.isGuarded, outcome: Outcome(of: evidence, variant: experiment.variant),
      facts: evidence.facts.map { LabResult.Fact(name: $0.name, value: $0.value) },
      pictures: evidence.pictures.map { LabResult.Picture(title: $0.title, svg: $0.svg) },
      command: experiment.command,
      seconds: Double(time.seconds) + (Double(time.attoseconds) / 1e15).rounded() / 1000)
  }
}
