import Foundation
import Testing

@testable import Lab

/// The lab's Go programs as they are described, without a toolchain.
struct GoProgramTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Examples/Lab/Go").path

  @Test func everyDescriptionIsUnderstood() throws {
    let scenarios = try GoScenario.all(in: Self.folder)
    let faults = scenarios.filter { $0.claim == nil }
    let claims = scenarios.filter { $0.claim != nil }
    #expect(faults.count >= 13 && claims.count >= 20)
    #expect(Set(faults.map(\.number)).count == faults.count)
    for scenario in faults {
      #expect(Set(scenario.variants.map(\.name)).count == scenario.variants.count, "\(scenario.name)")
      #expect(scenario.variants.contains { $0.kind == .fault }, "\(scenario.name)")
      #expect(scenario.variants.contains { $0.kind == .defence }, "\(scenario.name)")
    }
    for claim in claims { #expect(claim.expected != nil && claim.folder.hasPrefix("claims/")) }
  }

  @Test func aVariantNamesItsTool() throws {
    let scenario = try #require(try GoScenario.all(in: Self.folder).first { $0.name == "c-pointer-key" })
    #expect(scenario.number == 1 && scenario.usesC)
    let variant = try #require(scenario.variants.first { $0.name == "dereference@asan" })
    #expect(variant.program == "dereference" && variant.tool == "asan")
    #expect(scenario.variants.first?.tool == nil)
  }

  @Test func findsTheProgramsAboveAnExecutable() {
    let root = URL(fileURLWithPath: Self.folder).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    #expect(
      GoPrograms.found(beside: root.appendingPathComponent(".build/debug/belay"))?.hasSuffix("Examples/Lab/Go") == true)
  }

  @Test func aMissingFolderIsRefused() {
    #expect {
      try GoPrograms(folder: "/no/such/folder", toolchains: [])
    } throws: {
      "\($0)".hasPrefix("cannot read /no/such/folder: ")
    }
  }

  @Test func aVariantIsAFunction() {
    #expect(CheckerRun.function(of: "dereference") == "dereference")
    #expect(CheckerRun.function(of: "remove-first") == "removeFirst")
    let run = CheckerRun(findings: [
      CheckerRun.Finding(rule: "BM002", symbol: "removeFirst"), CheckerRun.Finding(rule: "BM001", symbol: "main.reuse"),
      CheckerRun.Finding(rule: "BM001", symbol: nil),
    ])
    #expect(run.rules(in: "remove-first") == ["BM002"] && run.rules(in: "reuse") == ["BM001"])
    #expect(run.rules(in: "first") == [])
  }

  @Test(arguments: [
    ("verdict: true: it holds: really", true, "it holds: really"), ("verdict: false: no", false, "no"),
    ("fact a = 1\nverdict: false: no\n", false, "no"),
  ])
  func readsVerdicts(_ output: String, _ holds: Bool, _ detail: String) {
    let verdict = Evidence(end: .exited(0), output: output, errors: "").verdict
    #expect(verdict?.holds == holds && verdict?.detail == detail)
  }

  @Test(arguments: ["", "verdict: perhaps: no", "outcome: nothing: true"])
  func noVerdict(_ output: String) {
    #expect(Evidence(end: .exited(0), output: output, errors: "").verdict == nil)
  }
}
