import LabFaults
import TestSupport
import Testing

@testable import Lab

/// The forms of the report, held against texts that were read and found right.
struct LabReportTests {
  static let report: LabReport = {
    func result(
      _ variant: String, _ kind: FaultVariant.Kind, _ outcome: Outcome, guarded: Bool = false,
      language: String = "Swift"
    ) -> LabResult {
      LabResult(
        language: language, variant: variant, kind: kind, shows: "what <\(variant)> does", isGuarded: guarded,
        outcome: outcome, facts: [LabResult.Fact(name: "entries", value: "7")],
        pictures: [LabResult.Picture(title: "the map", svg: "<svg width=\"20\" height=\"10\"></svg>")],
        command: "belay lab-program freed-key \(variant)", seconds: 0.125)
    }
    var report = LabReport()
    report.scenarios = [
      LabReport.Scenario(
        number: 1, name: "freed-key", title: "a C pointer as key, freed",
        explanation: "C frees it & the entry <stays>.",
        results: [
          result("lookup", .fault, Outcome(.nothing, "the entry is found")),
          result("dereference", .fault, Outcome(.staleData, "session 7 says 12")),
          result("dereference", .fault, Outcome(.caught, by: "belay guard", "use after free"), guarded: true),
          result("handle", .defence, Outcome(.caught, by: "handle", "it is gone")),
        ]),
      LabReport.Scenario(
        number: 7, name: "concurrent-use", title: "two threads", explanation: "They write.",
        results: [
          result("writes", .fault, Outcome(.crashed, "", signal: "SIGSEGV", address: "0x10")),
          result("writes", .fault, Outcome(.hung, "killed after 20 s"), language: "Go 1.27.3"),
        ]),
    ]
    report.notes = ["nothing ran under belay guard"]
    return report
  }()

  @Test func text() throws {
    let difference = try Golden.difference(Self.report.text, "lab.txt")
    #expect(difference == nil)
  }
}
