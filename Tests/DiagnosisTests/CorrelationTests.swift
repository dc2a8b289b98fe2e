import Foundation
import GoPrograms
import PprofFormat
import ProcessImage
import TestSupport
import Testing

@testable import Diagnosis

/// Time lines of fixed input, and input that is not what it should be.
struct CorrelationTests {
  static let log = """
    2026/11/21 starting
    gc 1 @0.044s 9%: 7.3+5.7+0.020 ms clock, 14+0/0.69/0+0.040 ms cpu, 3->3->2 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 2 P (forced)
    gc 2 @0.153s 3%: 0.042+10+0.012 ms clock, 0.085+0.23/0.76/0.26+0.025 ms cpu, 4->4->3 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 2 P
    app: gc 3 @0.169s 3%: 0.039+18+0.012 ms clock, 0.078+0/0.025/0.97+0.025 ms cpu, 4->4->4 MB, 6 MB goal, 0 MB stacks, 0 MB globals, 2 P (forced)
    gc 4 @0.333s 1%: 0.051+1.9+0.026 ms clock, 0.10+0.097/0.057/1.7+0.053 ms cpu, 8->8->6 MB, 8 MB goal, 2 P
    """
  static let head = "heap profile: 3: 4096 [5: 8192] @ heap/2\n"
  static let ends = "1795270853378176762 1795270853484443595 1795270853508468120 1795270853656048537"

  /// A profile as debug=1 writes it, cut to what matters.
  static func text(_ bytes: Int, cycle: Int) -> String {
    head + """
      2: \(bytes) [2: \(bytes)] @ 0x47c14c 0x47c2e5 0x4dee0f 0x44aa27
      #\t0x47c2e4\truntime.mapassign_faststr+0x45\t/go/map.go:20
      #\t0x4dee0e\tmain.growMap+0xae\t\t/app/main.go:6
      #\t0x44aa26\truntime.main+0x426\t\t/go/proc.go:302

      1: 1024 [3: 4096] @ 0x4d51a6
      #\t0x4d51a5\tmain.(*Store).Put[go.shape.int]+0x345\t/app/main.go:94

      # runtime.MemStats
      # LastGC = 1
      # PauseEnd = [\(ends) 0 0 0 0]
      # NumGC = \(cycle)

      """
  }

  static func profile(at time: Int64, bytes: Int64) throws -> Data {
    var message = PprofProfile()
    message.stringTable = ["", "inuse_objects", "count", "inuse_space", "bytes", "main.growMap", "runtime.mallocgc"]
    message.sampleType = [(Int64(1), Int64(2)), (3, 4)].map { type, unit in
      var value = PprofValueType()
      (value.type, value.unit) = (type, unit)
      return value
    }
    for (id, name) in [(UInt64(1), Int64(5)), (2, 6)] {
      var function = PprofFunction()
      (function.id, function.name) = (id, name)
      message.function.append(function)
      var location = PprofLocation()
      var line = PprofLine()
      line.functionID = id
      (location.id, location.address, location.line) = (id, id, [line])
      message.location.append(location)
    }
    var sample = PprofSample()
    (sample.locationID, sample.value) = ([2, 1], [4, bytes])
    message.sample = [sample]
    message.timeNanos = time
    return try message.serializedBytes()
  }

  static func read(_ data: Data, _ path: String) throws -> [ProfileFile] {
    try data.withUnsafeBytes { try ProfileFile.read($0, path: path) }
  }

  /// A time line of both forms: two texts, and two profiles of which one lies on the edge of a cycle.
  static func sample() throws -> Correlation {
    var files = try read(Data(text(1 << 20, cycle: 1).utf8), "one.txt")
    files += try read(profile(at: 1_795_270_853_600_000_000, bytes: 3 << 20), "two.pb")
    files += try read(Data(text(3 << 20, cycle: 4).utf8), "three.txt")
    files += try read(profile(at: 1_795_270_853_656_200_000, bytes: 2 << 20), "four.pb")
    return Correlation(log: CollectionLog(text: log), path: "run.log", files: files)
  }

  @Test func cyclesAreRead() throws {
    let cycles = CollectionLog(text: CorrelationTests.log).cycles
    #expect(cycles.map(\.number) == [1, 2, 3, 4])
    #expect(cycles.map(\.isForced) == [true, false, true, false])
    #expect(cycles[0].pauses == [7.3, 0.02])
    #expect(abs(cycles[0].end - 0.05702) < 1e-9)
    #expect(cycles[3].live == 6 && cycles[3].goal == 8)
  }

  @Test func aLogOfSeveralRunsIsReadFromTheLast() {
    let log = CollectionLog(
      text: CorrelationTests.log + "\n" + CorrelationTests.log + "\ngc 5 @0.4s 1%: 0.1+1 ms clock\n")
    #expect(log.runs == 2 && log.cycles.count == 4 && log.damagedLines == 1)
  }

  @Test func profilesFindTheirCycles() throws {
    let line = try CorrelationTests.sample()
    let clock = try #require(line.clock)
    #expect(clock.cycles == 4 && clock.uncertainty < 0.002)
    #expect(line.profiles.map(\.path) == ["one.txt", "two.pb", "three.txt", "four.pb"])
    #expect(line.profiles.map(\.cycle) == [1, 3, 4, 4])
    #expect(line.profiles.map(\.orCycle) == [nil, nil, nil, 3])
    #expect(line.profiles.map(\.namesCycle) == [true, false, true, false])
    let growth = try #require(line.steps.first).functions
    #expect(growth.first?.name == "main.growMap" && growth.first?.bytes == Double(2 << 20))
    #expect(growth.contains { $0.name == "main.(*Store).Put[go.shape.int]" && $0.bytes == -1024 })
  }

  @Test func withoutAClockNothingIsGuessed() throws {
    let files = try CorrelationTests.read(CorrelationTests.profile(at: 1_795_270_853_600_000_000, bytes: 1), "p")
    let line = Correlation(log: CollectionLog(text: CorrelationTests.log), path: "log", files: files)
    #expect(line.clock == nil && line.profiles[0].cycle == nil && line.notes.count == 1)
  }

  @Test func profilesOfAnotherRunAreNoticed() throws {
    let other = CorrelationTests.text(1, cycle: 4).replacing("1795270853656048537", with: "1795270953656048537")
    let line = try Correlation(
      log: CollectionLog(text: CorrelationTests.log), path: "log", files: CorrelationTests.read(Data(other.utf8), "p"))
    #expect(line.notes.contains { $0.contains("may be of different runs") })
  }

  @Test func theTextIsAsItWasFoundRight() throws {
    let line = try CorrelationTests.sample()
    #expect(try Golden.difference(line.text(limit: 10), "correlation.txt") == nil)
    #expect(try Golden.difference(CorrelationPage(line, limit: 10).text, "correlation.html") == nil)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let json = try encoder.encode(line)
    #expect(try Golden.difference(String(decoding: json, as: UTF8.self) + "\n", "correlation.json") == nil)
    #expect(try JSONDecoder().decode(Correlation.self, from: json).profiles.count == 4)
  }

  @Test func whatIsNoProfileIsRefused() throws {
    for text in ["", "hello", "{", "{}", "{\"report\": 1}\n", "\u{1f}\u{8b}"] {
      #expect(throws: ImageFailure.self) { try CorrelationTests.read(Data(text.utf8), "p") }
    }
    var cpu = PprofProfile()
    cpu.stringTable = ["", "cpu", "nanoseconds"]
    cpu.sampleType = [PprofValueType()]
    cpu.sampleType[0].type = 1
    let data: Data = try cpu.serializedBytes()
    let error = #expect(throws: ImageFailure.self) { try CorrelationTests.read(data, "p") }
    #expect(error?.why == "it counts cpu, not memory in use")
  }

  /// Whatever stands in the files, there is an answer or an error.
  @Test func damagedFilesEndInAnAnswerOrAnError() throws {
    let seed = SeededRandom.anySeed
    print("seed \(seed)")
    var random = SeededRandom(seed: seed)
    let inputs = [
      Data(CorrelationTests.text(1 << 20, cycle: 4).utf8), try CorrelationTests.profile(at: .max, bytes: .max),
      Data(CorrelationTests.log.utf8),
    ]
    for round in 0..<60 {
      var data = inputs[round % 3]
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let place = Int.random(in: 0..<data.count, using: &random)
        // Digits are what numbers are made of, and nines make them large.
        data[place] = Bool.random(using: &random) ? UInt8(ascii: "9") : UInt8.random(in: 0...255, using: &random)
      }
      if Bool.random(using: &random) { data.removeLast(Int.random(in: 0..<data.count, using: &random)) }
      let files = (try? CorrelationTests.read(data, "p")) ?? []
      let log = CollectionLog(text: round % 3 == 2 ? String(decoding: data, as: UTF8.self) : CorrelationTests.log)
      let line = Correlation(log: log, path: "log", files: files + (try CorrelationTests.read(inputs[0], "q")))
      #expect(!line.text(limit: 5).isEmpty && CorrelationPage(line, limit: 5).text.contains("</svg>"))
      _ = try JSONEncoder().encode(line)
    }
  }

  @Test(arguments: [
    "gc 9223372036854775807 @0.1s 0%: 1+1+1 ms clock, 1+1/1/1+1 ms cpu, 1->1->1 MB, 1 MB goal",
    "gc 1 @999999999999999999999s 0%: 1+1+1 ms clock, 1+1/1/1+1 ms cpu, 1->1->1 MB, 1 MB goal",
    "gc 1 @900000000000.5s 0%: 1+1+1 ms clock, 1+1/1/1+1 ms cpu, 1->1->1 MB, 1 MB goal",
    "gc 1 @0.1s 0%: ....+1+1 ms clock, 1+1/1/1+1 ms cpu, 1->1->1 MB, 1 MB goal",
    "gc 1 @0.1s 0%: 1+1+1 ms clock, 1+1/1/1+1 ms cpu, 99999999999999999999->1->1 MB, 1 MB goal",
  ])
  func extremeNumbersAreDrawnOrLeftOut(_ line: String) throws {
    let files =
      try CorrelationTests.read(CorrelationTests.profile(at: .min, bytes: .min), "p")
      + CorrelationTests.read(Data(CorrelationTests.text(1, cycle: .max).utf8), "q")
    let result = Correlation(log: CollectionLog(text: line), path: "log", files: files)
    #expect(CorrelationPage(result, limit: 5).text.contains("</svg>") && !result.text(limit: 5).isEmpty)
  }
}
