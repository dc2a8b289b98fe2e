import BelayMemory
import Foundation
import Testing

@testable import BelayMap

/// The trace that `BELAY_TRACE=reclaim=1` asks for, from a process that was started with it.
struct ReclaimTraceTests {
  @Test func tellsOfGrowthAndOfDroppedMaps() async throws {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      setenv("BELAY_TRACE", "reclaim=1,nonsense", 1)
      do {
        let map = BucketMap<Int, Int>()
        for key in 0..<400_000 { map[key] = key }
      }
      while Sweeper.shared.sweep() > 0 {}
      // The sweeper's own thread may hold the last slice.
      while Sweeper.shared.report.waitingBytes > 0 { usleep(1000) }
      usleep(20_000)
      exit(0)
    }
    let lines = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self).split(separator: "\n")
    #expect(lines.first == "Belay: BELAY_TRACE: 'nonsense' is unknown; known are reclaim=1 and maps=1")
    let cycles = lines.filter { $0.hasPrefix("reclaim ") }
    #expect(cycles.contains { $0.contains("s: growth, ") && $0.contains(" - MiB goal") })
    #expect(cycles.contains { $0.contains("s: block, ") && $0.contains("4096.000 MiB goal") })
    // The number, the time, the kind, three sizes, the goal, the slices, two durations.
    let form = try Regex(
      #"reclaim \d+ @\d+\.\d{3}s: (growth|block|batch), \d+\.\d{3}->\d+\.\d{3}->\d+\.\d{3} MiB, (\d+\.\d{3}|-) MiB goal, \d+ slices, \d+\.\d{3} ms longest, \d+\.\d{3} ms"#
    )
    for line in cycles { #expect(line.wholeMatch(of: form) != nil, "\(line)") }
    #expect(cycles.count >= 3)
  }
}
