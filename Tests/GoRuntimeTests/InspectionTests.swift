import Foundation
import GoPrograms
import GoRuntime
import ProcessImage
import Testing

@Suite(.enabled(if: !GoToolchain.all.isEmpty, Comment(rawValue: GoToolchain.absence))) struct InspectionTests {
  /// The maps whose only way is through a closure, a stack or a timer: their types are not known to a look from outside.
  private static let untyped: Set = ["captured", "finalized", "timer", "onStack", "shared"]

  /// Every map the program says it holds is found, with the entries it says, counted in its buckets as well.
  private func expectAll(of program: RunningProgram, in go: GoInspection) throws {
    let byAddress = Dictionary(go.maps.map { ($0.address, $0) }, uniquingKeysWith: { first, _ in first })
    #expect(byAddress.count == go.maps.count, "no map is listed twice")
    for held in program.maps where held.address != 0 {
      let map = try #require(byAddress[held.address], "\(held.name) was not found")
      let state = go.state(of: map)
      #expect(state.count == held.count, "\(held.name)")
      #expect(state.faults == [], "\(held.name)")
      #expect(map.reachability == .reachable || InspectionTests.untyped.contains(held.name), "\(held.name)")
      #expect(go.path(to: map) != nil, "\(held.name)")
      if InspectionTests.untyped.contains(held.name), !map.type.isKnown { continue }
      #expect(state.found == held.count, "\(held.name)")
      let type = go.typeName(of: map).replacingOccurrences(of: " ", with: "_")
      #expect(
        type == held.type || type.replacingOccurrences(of: "interface_{}", with: "any") == held.type, "\(held.name)")
    }
  }

  @Test(arguments: GoToolchain.all, [[], ["-buildmode=pie"]])
  func everyMapHasTheEntriesThatTheProgramSays(_ toolchain: GoToolchain, _ flags: [String]) throws {
    let program = try RunningProgram(toolchain.build("holder", flags: flags))
    let go = try GoInspection(ProcessImage(pid: program.pid))
    #expect(program.fields("VERSION").first?[1] == go.version)
    #expect(go.limitations == [])
    try expectAll(of: program, in: go)

    let garbage = try #require(program.fields("GARBAGE").first)
    if let map = go.maps.first(where: { $0.address == RunningProgram.address(garbage[1]) }) {
      #expect(map.reachability != .reachable)
      #expect(go.state(of: map).count == Int(garbage[2]))
    }
  }

  @Test(arguments: GoToolchain.all) func aStoppedProcessGivesTheSame(_ toolchain: GoToolchain) throws {
    let program = try RunningProgram(toolchain.build("holder"))
    var options = GoInspection.Options()
    options.stops = true
    let go = try GoInspection(ProcessImage(pid: program.pid), options: options)
    #expect(try #require(go.stopped) > .zero)
    try expectAll(of: program, in: go)
    try program.tell("gc")
  }

  @Test(arguments: GoToolchain.all) func pathsNameVariablesFieldsAndTypes(_ toolchain: GoToolchain) throws {
    let program = try RunningProgram(toolchain.build("holder"))
    let go = try GoInspection(ProcessImage(pid: program.pid))
    func path(_ name: String) throws -> String {
      let held = try #require(program.maps.first { $0.name == name })
      let map = try #require(go.maps.first { $0.address == held.address })
      return try #require(go.path(to: map)).text
    }
    #expect(try path("byHandle") == "main.registry → main.Store.byHandle → map[unsafe.Pointer]*main.Conn")
    #expect(try path("names") == "main.registry → main.Store.names → map[string]string")
    #expect(try path("nested.p7") == "main.nested → map[string]map[string]int[…] → map[string]int")
    #expect(try path("inner").hasPrefix("main.anything → map[interface {}]interface {}[…] → map[string]bool"))
    #expect(try path("list1") == "main.list → []map[int]string[1] → map[int]string")
    #expect(try path("captured").hasPrefix("main.closure → closure main.makeClosure.func1"))
    #expect(try path("onStack").contains("main.waiter"))
    #expect(go.goroutines.contains { $0.start == "main.waiter" && $0.state == "chan receive" })
  }

  @Test(arguments: GoToolchain.all, [[], ["-ldflags=-s"]])
  func mapsThatStandOnStacksAreFound(_ toolchain: GoToolchain, _ flags: [String]) throws {
    let program = try RunningProgram(toolchain.build("holder", flags: flags))
    let go = try GoInspection(ProcessImage(pid: program.pid))
    let found = go.maps.filter { go.place(of: $0).hasSuffix("main.stacker") }
    #expect(found.map { go.state(of: $0).count }.sorted() == [5, 300])
    #expect(found.allSatisfy { go.state(of: $0).faults.isEmpty && $0.reachability == .guessed })
    for map in found {
      let text = try #require(go.path(to: map)).text
      #expect(text.hasPrefix("goroutine ") && text.contains("main.stacker → ?map["), "\(text)")
      #expect(try go.map("0x" + String(map.address, radix: 16)).address == map.address)
    }
  }

  @Test(arguments: GoToolchain.all) func growthAndRemovalAreSeen(_ toolchain: GoToolchain) throws {
    let program = try RunningProgram(toolchain.build("holder"))
    let go = try GoInspection(ProcessImage(pid: program.pid))
    let growing = go.detailedState(of: try go.map("main.growing"))
    let removed = go.state(of: try go.map("main.deleted"))
    #expect(removed.count == 25)
    #expect(!growing.ranges.isEmpty)
    if go.hasSwissMaps {
      #expect(growing.tables > 1 && growing.capacity >= 6657)
    } else {
      #expect(growing.isGrowing && !growing.isSameSizeGrowth)
      #expect(growing.buckets == 2048 && growing.oldBuckets == 1024)
      #expect(growing.evacuated < growing.oldBuckets)
    }
    #expect(growing.occupancy.enumerated().reduce(0) { $0 + $1.offset * $1.element } == 6657)
  }

  @Test(arguments: GoToolchain.all) func entriesAreWrittenAsGoWould(_ toolchain: GoToolchain) throws {
    let program = try RunningProgram(toolchain.build("holder"))
    let go = try GoInspection(ProcessImage(pid: program.pid))
    let small = go.entries(of: try go.map("main.small"), limit: 10).map { "\($0.key):\($0.element)" }
    #expect(Set(small) == ["\"one\":1", "\"two\":2", "\"three\":3"])
    let anything = go.entries(of: try go.map("main.anything"), limit: 10).map { "\($0.key):\($0.element)" }
    #expect(anything.contains("(int) 1:(string) \"a\""))
    #expect(anything.contains("(string) \"b\":(float64) 2.5"))
    let structs = go.entries(of: try go.map("main.structs"), limit: 50).map { "\($0.key):\($0.element)" }
    #expect(structs.contains("{Name: \"p3\", ID: 3}:3.0"))
    #expect(go.entries(of: try go.map("main.big"), limit: 7).count == 7)
    let wide = go.entries(of: try go.map("main.wideKeys"), limit: 50).map(\.key)
    #expect(wide.contains { $0.hasPrefix("{words: [7, 0, 0, 0,") })
    #expect(throws: ImageFailure.self) { try go.map("main.nilMap") }
    #expect(throws: ImageFailure.self) { try go.map("main.nothing") }
    #expect(throws: ImageFailure.self) { try go.map("0x10") }
  }

  @Test(arguments: GoToolchain.all) func mapsThatChangeAreFollowed(_ toolchain: GoToolchain) throws {
    let program = try RunningProgram(toolchain.build("holder"))
    for round in 1...3 {
      try program.tell("grow")
      let go = try GoInspection(ProcessImage(pid: program.pid))
      #expect(go.state(of: try go.map("main.grown")).count == round * 1000)
    }
  }

  @Test(arguments: GoToolchain.all) func withoutMarksMapsAreStillFound(_ toolchain: GoToolchain) throws {
    let program = try RunningProgram(toolchain.build("holder"))
    var options = GoInspection.Options()
    options.marks = false
    let go = try GoInspection(ProcessImage(pid: program.pid), options: options)
    let found = Set(go.maps.map(\.address))
    for held in program.maps where held.count > 0 { #expect(found.contains(held.address), "\(held.name)") }
  }

  @Test func aProgramThatIsNotGoIsRefused() throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["sleep", "60"]
    try process.run()
    defer { process.terminate() }
    // env becomes sleep; either is no Go program.
    let error = #expect(throws: ImageFailure.self) { try GoInspection(ProcessImage(pid: process.processIdentifier)) }
    #expect(error != nil)
  }
}
