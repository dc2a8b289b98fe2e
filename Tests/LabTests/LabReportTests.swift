import LabFaults
import TestSupport
import Testing

@testable import Lab

/// The forms of the report, held against texts that were read and found right.
struct LabReportTests {
  static let report: LabReport = {
    func result(
      _ variant: String, _ kind: FaultVariant.Kind, _ outcome: Outcome, tool: String? = nil,
      language: String = "Swift"
    ) -> LabResult {
      LabResult(
        language: language, variant: variant, kind: kind, shows: "what <\(variant)> does", tool: tool,
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
          result("dereference", .fault, Outcome(.caught, by: "belay guard", "use after free"), tool: "belay guard"),
          result("handle", .defence, Outcome(.caught, by: "handle", "it is gone")),
        ]),
      LabReport.Scenario(
        number: 7, name: "concurrent-use", title: "two threads", explanation: "They write.",
        results: [
          result("writes", .fault, Outcome(.crashed, "", signal: "SIGSEGV", address: "0x10")),
          result("writes", .fault, Outcome(.hung, "killed after 20 s"), language: "Go 1.27.3"),
        ]),
    ]
    report.claims = [
      LabClaim(
        name: "count-is-one-byte", claim: "The count of a map is one byte.", explanation: "It is an int.",
        language: "Go 1.27.3", verdict: false, detail: "the header begins with 302", expected: false,
        command: "go run ./claims/count-is-one-byte check"),
      LabClaim(
        name: "surprise", claim: "A <surprise>.", explanation: "It was not thought so.", language: "Go 1.23.9",
        verdict: true, detail: "it holds", expected: false, command: "go run ./claims/surprise check"),
    ]
    report.notes = ["nothing ran under belay guard"]
    return report
  }()

  @Test func text() throws {
    let difference = try Golden.difference(Self.report.text, "lab.txt")
    #expect(difference == nil)
  }

  @Test func page() throws {
    let difference = try Golden.difference(LabPage(Self.report).text, "lab.html")
    #expect(difference == nil)
  }

  @Test func picturesAreShapesAndText() {
    func page(_ svg: String) -> String {
      let result = LabResult(
        language: "Go", variant: "v", kind: .fault, shows: "", tool: nil, outcome: Outcome(.nothing, ""), facts: [],
        pictures: [LabResult.Picture(title: "a map", svg: svg)], command: "", seconds: 0)
      var report = LabReport()
      report.scenarios = [
        LabReport.Scenario(number: 1, name: "s", title: "t", explanation: "e", results: [result])
      ]
      return LabPage(report).text
    }
    #expect(page("<svg><rect width=\"1\"/><text>a</text></svg>").contains("<rect width=\"1\"/>"))
    #expect(!page("<svg><script>1</script></svg>").contains("<script"))
    #expect(!page("<svg><image href=\"x\"/></svg>").contains("<image"))
  }

  @Test func theMatrixHasARowForEachProgramThatRanWithATool() {
    let matrix = Self.report.matrix
    #expect(matrix.columns == ["without", "belay guard"])
    #expect(matrix.rows.map(\.variant) == ["dereference"])
    #expect(matrix.rows.map(\.cells) == [["stale data", "caught by belay guard"]])
  }
}
