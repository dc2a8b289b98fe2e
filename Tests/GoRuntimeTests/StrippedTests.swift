import Foundation
import GoPrograms
import GoRuntime
import ProcessImage
import Testing

/// Programs without debugging information: what the records that Go itself needs at run time still tell.
@Suite(.enabled(if: !GoToolchain.all.isEmpty, Comment(rawValue: GoToolchain.absence))) struct StrippedTests {
  /// Every map with entries is found, with the entries that the program says; where its type is known, it is the right one.
  private func expectAll(of program: RunningProgram, in go: GoInspection) throws {
    #expect(go.isStripped && go.collector == nil)
    #expect(go.limitations.contains { $0.contains("no debugging information") })
    #expect(program.fields("VERSION").first?[1] == go.version)
    let byAddress = Dictionary(go.maps.map { ($0.address, $0) }, uniquingKeysWith: { first, _ in first })
    #expect(byAddress.count == go.maps.count, "no map is listed twice")
    var typed = 0
    for held in program.maps where held.count > 0 {
      let map = try #require(byAddress[held.address], "\(held.name) was not found")
      let state = go.state(of: map)
      #expect(state.count == held.count, "\(held.name)")
      #expect(state.faults == [], "\(held.name)")
      #expect(map.reachability == .reachable || map.reachability == .guessed, "\(held.name)")
      #expect(go.path(to: map) != nil, "\(held.name)")
      guard map.type.isKnown else { continue }
      typed += 1
      #expect(state.found == held.count, "\(held.name)")
      let type = go.typeName(of: map).replacingOccurrences(of: " ", with: "_")
      #expect(
        type == held.type || type.replacingOccurrences(of: "interface_{}", with: "any") == held.type, "\(held.name)")
    }
    #expect(typed > 10)
    #expect(go.goroutines.contains { $0.start == "main.waiter" })
  }

  private func inspection(of program: RunningProgram) throws -> GoInspection {
    try GoInspection(ProcessImage(pid: program.pid))
  }

  @Test(arguments: GoToolchain.all, [["-ldflags=-s"], ["-buildmode=pie", "-ldflags=-s"]])
  func everyMapHasTheEntriesThatTheProgramSays(_ toolchain: GoToolchain, _ flags: [String]) throws {
    let program = try RunningProgram(toolchain.build("holder", flags: flags))
    let go = try inspection(of: program)
    try expectAll(of: program, in: go)
    let big = try #require(program.maps.first { $0.name == "big" })
    let map = try #require(go.maps.first { $0.address == big.address })
    let path = try #require(go.path(to: map)).text
    #expect(path.hasPrefix("global data at 0x") && path.contains(" in .bss"), "\(path)")
    #expect(throws: ImageFailure.self) { try go.map("main.big") }
    #expect(try go.map("0x" + String(big.address, radix: 16)).address == big.address)
  }

  @Test(arguments: GoToolchain.all) func symbolsAloneNameTheVariables(_ toolchain: GoToolchain) throws {
    let program = try RunningProgram(toolchain.build("holder", flags: ["-ldflags=-w"]))
    let go = try inspection(of: program)
    try expectAll(of: program, in: go)
    let big = try go.map("main.big")
    #expect(go.state(of: big).count == 20000)
    #expect(try #require(go.path(to: big)).text == "main.big → map[int]string")
    #expect(throws: ImageFailure.self) { try go.map("main.started") }
    #expect(throws: ImageFailure.self) { try go.map("main.nothing") }
  }

  /// Neither the names nor the places of sections are needed.
  @Test(arguments: GoToolchain.all) func aProgramWithoutSectionsIsRead(_ toolchain: GoToolchain) throws {
    var bytes = try Data(contentsOf: URL(filePath: toolchain.build("holder", flags: ["-ldflags=-s"])))
    // In the header: where the section headers stand, and how many there are.
    bytes.replaceSubrange(40..<48, with: [UInt8](repeating: 0, count: 8))
    bytes.replaceSubrange(60..<64, with: [UInt8](repeating: 0, count: 4))
    let folder = FileManager.default.temporaryDirectory.appending(path: "belay-stripped-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "holder").path
    #expect(FileManager.default.createFile(atPath: path, contents: bytes, attributes: [.posixPermissions: 0o755]))
    let program = try RunningProgram(path)
    try expectAll(of: program, in: inspection(of: program))
  }

  @Test(.enabled(if: StrippedTests.strip != nil, "no strip: it comes with binutils"), arguments: GoToolchain.all)
  func aProgramThatStripStrippedIsRead(_ toolchain: GoToolchain) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "belay-stripped-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "holder").path
    let process = Process()
    process.executableURL = try URL(filePath: #require(StrippedTests.strip))
    process.arguments = ["-o", path, try toolchain.build("holder")]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    let program = try RunningProgram(path)
    try expectAll(of: program, in: inspection(of: program))
  }

  private static let strip = ["/usr/bin/strip", "/usr/local/bin/strip"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  @Test(arguments: GoToolchain.all) func theClockOfTheCollectorIsNotTold(_ toolchain: GoToolchain) throws {
    let program = try RunningProgram(toolchain.build("holder", flags: ["-ldflags=-s"]))
    let error = #expect(throws: ImageFailure.self) { try CollectorState(ProcessImage(pid: program.pid)) }
    #expect(error?.why.contains("stripped") == true)
  }
}
