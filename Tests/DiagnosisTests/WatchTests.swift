import Foundation
import GoPrograms
import GoRuntime
import ProcessImage
import Testing

@testable import Diagnosis

@Suite(.enabled(if: !GoToolchain.all.isEmpty, Comment(rawValue: GoToolchain.absence)))
struct WatchTests {
  @Test(arguments: GoToolchain.all) func whatGrowsIsSeen(_ toolchain: GoToolchain) throws {
    let program = try RunningProgram(toolchain.build("holder"))
    let watch = Watch(pid: program.pid, marks: true, limit: 5)
    try program.tell("grow")
    let first = try watch.look()
    #expect(first.maps.count == 5 && first.maps.allSatisfy { $0.sinceLast == 0 && $0.sinceFirst == 0 })
    try program.tell("grow")
    try program.tell("gc")
    let second = try watch.look()
    try program.tell("grow")
    let third = try watch.look()

    #expect(second.maps[0].place == "main.grown" && third.maps[0].place == "main.grown")
    #expect(second.maps[0].entries == 2000 && third.maps[0].entries == 3000)
    #expect([second, third].map { $0.maps[0].sinceLast } == [1000, 1000])
    #expect([second, third].map { $0.maps[0].sinceFirst } == [1000, 2000])
    #expect(try #require(second.report.collections) > #require(first.report.collections))
    #expect(second.maps.dropFirst().allSatisfy { $0.sinceFirst == 0 })
    for map in second.maps {
      #expect(map.bucketBytes > 0 && map.bucketBytes <= map.bytes)
      let present = try #require(map.presentBytes)
      #expect(present > 0 && present % UInt64(sysconf(Int32(_SC_PAGESIZE))) == 0)
    }

    let json = try JSONEncoder().encode(second)
    #expect(try JSONDecoder().decode(WatchSample.self, from: json).maps.count == second.maps.count)
    #expect(third.text(first: first).contains("main.grown"))
    let page = WatchPage([first, second, third]).text
    #expect(page.contains("main.grown") && page.contains("</svg>"))

    // The lines stand on the time line of correlate, with what grew by map type.
    let lines = try [first, second, third].map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
    let files = try CorrelationTests.read(Data(lines.joined(separator: "\n").utf8), "watch.json")
    #expect(files.map(\.cycle) == [first, second, third].map(\.report.collections))
    let line = Correlation(log: CollectionLog(text: CorrelationTests.log), path: "log", files: files)
    #expect(
      line.steps.count == 2
        && line.steps.allSatisfy { $0.mapTypes.contains { $0.name == "map[int]int" && $0.objects == 1000 } })
  }

  @Test(arguments: GoToolchain.all) func aProcessThatEndsIsAnError(_ toolchain: GoToolchain) throws {
    let program = try RunningProgram(toolchain.build("holder"))
    let watch = Watch(pid: program.pid, marks: false, limit: 5)
    _ = try watch.look()
    program.end()
    #expect(throws: ImageFailure.self) { try watch.look() }
  }
}
