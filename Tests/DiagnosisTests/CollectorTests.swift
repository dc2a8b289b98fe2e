import Foundation
import GoPrograms
import GoRuntime
import ProcessImage
import Testing

@testable import Diagnosis

/// Time lines and clocks of real Go programs.
@Suite(.enabled(if: !GoToolchain.all.isEmpty, Comment(rawValue: GoToolchain.absence)))
struct CollectorTests {
  /// Runs a program to its end and returns the lines it wrote; its standard error goes to a file.
  private func run(_ path: String, _ arguments: [String], errors: URL) throws -> [String] {
    _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["GODEBUG": "gctrace=1"]) { $1 }
    process.standardError = try FileHandle(forWritingTo: errors)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test(arguments: GoToolchain.all) func allFormsOfAProfileBelongToItsCycle(_ toolchain: GoToolchain) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "belay-collector-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let trace = folder.appending(path: "trace.log")
    let cycles = try run(toolchain.build("collector"), [folder.path], errors: trace).compactMap { Int($0) }
    #expect(cycles.count == 3)

    let log = try CollectionLog(path: trace.path)
    #expect(log.cycles.count == cycles.last && log.damagedLines == 0)
    // Out of order, as a shell's pattern may give them.
    let names = [2, 0, 1].flatMap { step in ["pb", "txt", "pb.gz"].map { "step\(step).\($0)" } }
    let files = try names.flatMap { try ProfileFile.read(path: folder.appending(path: $0).path) }
    let line = Correlation(log: log, path: trace.path, files: files)
    let clock = try #require(line.clock)
    #expect(clock.cycles == log.cycles.count)
    #expect(line.profiles.count == 9)
    for profile in line.profiles {
      let step = try #require(profile.path.firstMatch(of: /step([0-9])/).flatMap { Int($0.1) })
      #expect(profile.cycle == cycles[step], "\(profile.path)")
      #expect(profile.form == (profile.path.hasSuffix("txt") ? .text : .protobuf))
    }
    // Both forms say the same of each function.
    for step in 0..<3 {
      let forms = files.filter { $0.path.contains("step\(step)") }
      for function in ["main.fillMap"] + (step == 0 ? [] : ["main.fillList"]) {
        let bytes = forms.compactMap { $0.functions[function]?.bytes }
        #expect(bytes.count == 3 && bytes.allSatisfy { abs($0 - bytes[0]) <= bytes[0] / 100 }, "\(function): \(bytes)")
      }
    }
    let steps = line.steps.filter { line.profiles[$0.from].cycle != line.profiles[$0.to].cycle }
    #expect(steps.count == 2)
    #expect(steps.first?.functions.prefix(2).contains { $0.name == "main.fillList" && $0.bytes >= 64 * 65536 } == true)
    #expect(steps.first?.functions.contains { $0.name == "main.fillMap" && $0.bytes > 0 } == true)
    #expect(steps.last?.functions.contains { $0.name == "main.fillList" } == false)
  }

  @Test(arguments: GoToolchain.all) func aProcessTellsWhenItsCyclesEnded(_ toolchain: GoToolchain) throws {
    let program = try RunningProgram(toolchain.build("holder"))
    try program.tell("gc")
    let image = try ProcessImage(pid: program.pid)
    let before = try CollectorState(image)
    try program.tell("gc")
    let after = try CollectorState(image)
    #expect(after.cycles > before.cycles)
    let ends = (1...after.cycles).compactMap { after.ends[$0] }
    #expect(ends.count == min(after.cycles, 256) && ends == ends.sorted())
    let start = try #require(after.runtimeStart)
    #expect(start < ends[0] && ends[ends.count - 1] < Int64(Date().timeIntervalSince1970 * 1e9))
    // Whatever was read of the process once is still so.
    for (cycle, end) in before.ends { #expect(after.ends[cycle] == end) }
  }
}
