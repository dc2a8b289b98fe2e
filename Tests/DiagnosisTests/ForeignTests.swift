import Diagnosis
import Foundation
import GoPrograms
import GoRuntime
import ProcessImage
import Testing

@Suite(.enabled(if: !GoToolchain.all.isEmpty, Comment(rawValue: GoToolchain.absence))) struct ForeignTests {
  /// Every freed key is recognised, and none that is in use is called freed.
  @Test(arguments: GoToolchain.all) func freedKeysAreToldFromThoseInUse(_ toolchain: GoToolchain) throws {
    let program = try RunningProgram(toolchain.build("holder"))
    func targets(_ name: String) throws -> (report: ForeignPointers, found: [UInt64: ForeignTarget]) {
      let go = try GoInspection(ProcessImage(pid: program.pid))
      let pointers = ForeignPointers(go)
      let address = try go.map(name).address
      let map = try #require(pointers.maps.first { $0.map.address == address })
      return (pointers, Dictionary(map.examples.map { ($0.value, $0.target) }, uniquingKeysWith: { first, _ in first }))
    }
    let before = try targets("main.cHandles")
    #expect(before.report.faults == 0)
    #expect(before.report.maps.count >= 3)
    #expect(before.report.maps.first { $0.counts == ["C heap, in use": 60] } != nil)

    let answer = try program.tell("free")
    let freed = Set(
      answer.filter { $0.hasPrefix("FREED") }.map { RunningProgram.address(String($0.split(separator: " ")[1])) })
    let inUse = Set(
      answer.filter { $0.hasPrefix("CKEY") }.map { RunningProgram.address(String($0.split(separator: " ")[1])) })
    #expect(freed.count == 30 && inUse.count == 30)
    let after = try targets("main.cHandles")
    for address in freed { #expect(after.found[address]?.isFault == true, "\(String(address, radix: 16))") }
    for address in inUse { #expect(after.found[address]?.isFault != true, "\(String(address, radix: 16))") }
    #expect(after.report.faults == 30)
  }

  @Test(arguments: GoToolchain.all) func theSummaryAddsUp(_ toolchain: GoToolchain) throws {
    let program = try RunningProgram(toolchain.build("holder"))
    let go = try GoInspection(ProcessImage(pid: program.pid))
    let report = InspectionReport(go)
    #expect(report.maps == go.maps.count)
    #expect(report.summaries.reduce(0) { $0 + $1.maps } == go.maps.count)
    let nested = try #require(report.summaries.first { $0.place.hasPrefix("main.nested → ") })
    #expect(nested.maps == 50 && nested.entries == 50)
    #expect(report.text(limit: 10).contains("map[int]string"))
    let text = MapReport(go, try go.map("main.big"), entries: 3).text(isClassic: !go.hasSwissMaps)
    #expect(text.contains("20000 entries, all found in its buckets"))
    #expect(text.contains("kept alive by main.big → map[int]string"))
    let classic = text.contains("buckets by entries")
    #expect(classic == !go.hasSwissMaps)
  }
}
