import BelayMap
import BelayMemory
import Metrics
import Synchronization
import Testing

@testable import BelayObserve

/// Keeps the last value of each gauge.
private final class KeepingFactory: MetricsFactory {
  private final class Keeper: RecorderHandler, CounterHandler, TimerHandler, Sendable {
    let keep: @Sendable (Double) -> Void
    init(_ keep: @escaping @Sendable (Double) -> Void) { self.keep = keep }
    func record(_ value: Int64) { keep(Double(value)) }
    func record(_ value: Double) { keep(value) }
    func increment(by amount: Int64) { keep(Double(amount)) }
    func reset() {}
    func recordNanoseconds(_ duration: Int64) { keep(Double(duration)) }
  }

  private let values = Mutex<[String: Double]>([:])

  var all: [String: Double] { values.withLock { $0 } }

  private func keeper(_ label: String, _ dimensions: [(String, String)]) -> Keeper {
    let name = label + dimensions.map { "{\($0.0)=\($0.1)}" }.joined()
    return Keeper { [self] value in values.withLock { $0[name] = value } }
  }

  func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { keeper(label, dimensions) }
  func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    keeper(label, dimensions)
  }
  func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { keeper(label, dimensions) }
  func destroyCounter(_ handler: any CounterHandler) {}
  func destroyRecorder(_ handler: any RecorderHandler) {}
  func destroyTimer(_ handler: any TimerHandler) {}
}

struct MapMetricsTests {
  @Test func recordsWhatAMapAndItsAllocatorHold() {
    let factory = KeepingFactory()
    let metrics = MapMetrics(factory: factory)
    let allocator = SpanAllocator()
    let map = BucketMap<Int, Int>(allocator: allocator)
    for key in 0..<1_000 { map[key] = key }
    metrics.record(map.statistics, map: "numbers")
    metrics.record(allocator.report, allocator: "spans")
    let values = factory.all
    #expect(values["belay_map_entries{map=numbers}"] == 1000)
    #expect(values["belay_map_live_bytes{map=numbers}"] == Double(map.statistics.liveBytes))
    #expect(values["belay_memory_live_bytes{allocator=spans}"] == Double(allocator.report.liveBytes))
    #expect(
      values["belay_memory_page_bytes{allocator=spans}", default: 0]
        >= values["belay_memory_live_bytes{allocator=spans}", default: .infinity])
    map.removeAll(keepingCapacity: false)
    metrics.record(map.statistics, map: "numbers")
    #expect(factory.all["belay_map_entries{map=numbers}"] == 0)
  }
}
