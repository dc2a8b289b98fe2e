import Foundation
import LabFaults
import Testing

@testable import Lab

/// Programs of the lab that end in one way only, run for real.
struct LabRunTests {
  /// The program stands beside the tests.
  static let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    .appendingPathComponent("LabProgram").path

  static func outcome(_ scenario: String, _ variant: String) -> Outcome {
    let child = ChildProcess(command: [program, scenario, variant], timeLimit: .seconds(120))
    return Outcome(of: child.run(), variant: variant)
  }

  @Test(arguments: [
    ("freed-key", "lookup", Outcome.Kind.nothing), ("freed-key", "lifetime-bound", .caught),
    ("freed-key", "handle", .caught), ("freed-in-callback", "remove-first", .nothing),
    ("freed-in-callback", "handle", .caught), ("leaked-entries", "overwrite", .leaked),
    ("leaked-entries", "foreign-resource", .nothing), ("leaked-entries", "tracked", .nothing),
    ("double-free", "shared-resource", .nothing), ("double-free", "tracked", .caught),
    ("double-free", "handle", .caught), ("nil-map", "dictionary-forced", .caught),
    ("nil-map", "dictionary-chained", .lostEntry), ("nil-map", "bucket-map-read", .nothing),
    ("nil-map", "bucket-map-write", .caught), ("concurrent-use", "concurrent-map", .nothing),
    ("bucket-pointer", "while-lent", .caught), ("bucket-pointer", "while-growing", .caught),
    ("bucket-pointer", "export", .nothing), ("raw-iteration", "checked", .caught),
    ("raw-iteration", "live-cursor", .nothing), ("raw-iteration", "snapshot", .nothing),
    ("raw-iteration", "exclusive", .caught), ("unstable-keys", "nan-dictionary", .lostEntry),
    ("unstable-keys", "nan-bucket-map", .lostEntry), ("unstable-keys", "changed-bucket-map", .caught),
    ("unstable-keys", "bits", .nothing), ("deinit", "owner", .nothing), ("deinit", "handle", .caught),
    ("ended-arena", "arena-look-up", .caught), ("ended-arena", "arena-write", .caught),
    ("ended-arena", "arena-string", .caught),
  ])
  func certainEnds(_ scenario: String, _ variant: String, _ kind: Outcome.Kind) {
    let outcome = Self.outcome(scenario, variant)
    #expect(outcome.kind == kind, "\(outcome.text)")
  }

  @Test func whatDoesNotExistIsAFailure() {
    #expect(Self.outcome("freed-key", "no-such-program").kind == .failed)
    let child = ChildProcess(command: ["/no/such/program"], timeLimit: .seconds(120))
    #expect(Outcome(of: child.run(), variant: "").kind == .failed)
  }

  @Test func aProgramThatHangsIsKilledWithWhatItStarted() throws {
    let child = ChildProcess(
      command: ["/bin/sh", "-c", "sleep 1000 & echo fact child = $!; wait"], timeLimit: .milliseconds(500))
    let evidence = child.run()
    #expect(evidence.end == .hung(seconds: 0.5))
    // On a machine without time it may not even have come to start something.
    guard let started = evidence.facts.first.flatMap({ pid_t($0.value) }) else { return }
    for _ in 0..<12_000 where Self.isRunning(started) { usleep(10_000) }
    #expect(!Self.isRunning(started))
  }

  /// Whether a process is there and has not ended.
  private static func isRunning(_ process: pid_t) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let name = status.lastIndex(of: ")")
    else { return false }
    return status[name...].dropFirst(2).first != "Z"
  }

  @Test func scenariosHaveNamesAndNumbersOfTheirOwn() {
    let all = FaultScenario.all
    #expect(Set(all.map(\.name)).count == all.count)
    #expect(Set(all.map(\.number)).count == all.count)
    for scenario in all {
      #expect(Set(scenario.variants.map(\.name)).count == scenario.variants.count)
      #expect(Set(scenario.variants.map(\.kind)) == [.fault, .defence])
    }
  }

  @Test func anUnknownScenarioIsRefused() {
    let lab = Lab(swiftProgram: [Self.program], options: Lab.Options())
    #expect {
      try lab.run(["no-such-scenario"])
    } throws: {
      "\($0)".hasPrefix("unknown scenario 'no-such-scenario': there are 1 freed-key, 2 freed-in-callback, ")
    }
  }

  @Test func runsWhatIsSelected() throws {
    let report = try Lab(swiftProgram: [Self.program], options: Lab.Options()).run(["nil-map"])
    #expect(report.scenarios.map(\.number) == [8])
    #expect(report.scenarios.first?.results.filter { $0.language == "Swift" }.count == 4)
    #expect(!report.hasFailures)
    #expect(
      try Lab(swiftProgram: [Self.program], options: Lab.Options()).run(["8"]).scenarios.map(\.name) == ["nil-map"])
  }
}
