import BelayMap
import BelayMemory
import Dispatch
import Foundation
import Locks
import Synchronization
import Testing

/// The samples of `docs/map.md`.
@Suite struct GuideTests {
  @Test func maps() {
    let ages = BucketMap<String, Int>()
    ages["Ada"] = 36
    ages["Ada", default: 0] += 1
    let same = ages
    same["Bob"] = 41
    #expect(ages.count == 2)
    let none: BucketMap<String, Int>? = nil
    #expect(none["Ada"] == nil && none.count == 0)

    for (name, age) in ages where age > 40 { ages[name] = nil }
    #expect(ages.count == 1)
  }

  /// Not run: the policy belongs to the whole process.
  func policy() {
    let log = Log()
    let before = MisusePolicy.current
    MisusePolicy.current = .handler { misuse in log.append("\(misuse)") }
    MisusePolicy.current = before
  }

  private final class Log: @unchecked Sendable {
    // Sendable holds because the list is reached under the lock only.
    private let mutex = Locks.Mutex()
    private var lines: [String] = []
    func append(_ line: String) { mutex.locked { lines.append(line) } }
  }

  @Test func memory() {
    let allocator = SpanAllocator()
    let counted = BucketMap<Int, Int>(allocator: allocator)
    for number in 0..<1000 { counted[number] = number }
    #expect(allocator.report.liveBytes > 0)
    print(allocator.report)
  }

  @Test func threads() {
    let hits = ConcurrentMap<String, Int>()
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      for _ in 0..<100 { hits.compute("page") { $0 = ($0 ?? 0) + 1 } }
    }
    #expect(hits["page"] == 400)
  }

  @Test func arenas() {
    let arena = Arena(name: "request")
    let headers = BucketMap<ArenaString, ArenaString>(arena: arena)
    headers[arena.string("Host")] = arena.string("example.org")
    let host = ArenaString.withTemporary("Host") { headers[$0]?.description }
    #expect(host == "example.org")
    arena.free()
  }

  @Test func epochs() {
    let ended = Atomic(false)
    let epochs = EpochDomain(name: "table")
    epochs.withPin {
      // Whatever is found here stays at least until the end of this function.
      epochs.retire { ended.store(true, ordering: .relaxed) }
      #expect(epochs.reclaim() == 0)
    }
    #expect(epochs.reclaim() == 1)
  }

  @Test func faults() {
    let plan = FaultPlan(seed: 42, refusals: 0.2, delays: 0.01, longestDelay: 100, turns: 0.1)
    plan.run {
      let map = BucketMap<Int, String>(allocator: plan.allocator())
      for number in 0..<5000 { map[number] = "number \(number)" }
      #expect(map.count == 5000 && map.validate().isEmpty, "\(plan)")
    }
  }

  /// Each sample stands here line by line, in its order.
  @Test func samplesAreThoseOfTheGuide() throws {
    let here = URL(fileURLWithPath: #filePath)
    let root = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let lines = { (url: URL) in
      try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
        .map { $0.trimmingCharacters(in: .whitespaces) }
    }
    let guide = try lines(root.appendingPathComponent("docs/map.md"))
    let tests = try lines(here)
    var samples = 0
    var place = guide.startIndex
    while let start = guide[place...].firstIndex(of: "```swift"), let end = guide[start...].firstIndex(of: "```") {
      let sample = Array(guide[(start + 1)..<end])
      #expect(tests.indices.contains { tests[$0...].starts(with: sample) }, "\(sample.first ?? "") is not tested")
      samples += 1
      place = end + 1
    }
    #expect(samples == 8)
  }
}
