import BelayMap
import BelayMemory
import Metrics

/// Says through swift-metrics what the libraries hold.
///
/// Every method records gauges with the values of the moment; call them as often as the metrics should be fresh. The names are `belay_memory_…` for allocators and
/// `belay_map_…` for maps; sizes are in bytes. Thread safe, if the metrics system that the process has chosen is.
public struct MapMetrics: Sendable {
  private let factory: (any MetricsFactory)?

  /// Makes a recorder.
  ///
  /// - Parameter factory: Where the metrics go; nil for the metrics system of the process.
  public init(factory: (any MetricsFactory)? = nil) { self.factory = factory }

  /// Records what an allocator has in use.
  ///
  /// - Parameter allocator: What the metrics call it, as the dimension `allocator`.
  public func record(_ report: MemoryReport, allocator: String) {
    let dimensions = [("allocator", allocator)]
    gauge("belay_memory_live_bytes", report.liveBytes, dimensions)
    gauge("belay_memory_page_bytes", report.pageBytes, dimensions)
    gauge("belay_memory_reserved_bytes", report.reservedBytes, dimensions)
    gauge("belay_memory_released_bytes", report.releasedBytes, dimensions)
    gauge("belay_memory_large_bytes", report.largeBytes, dimensions)
    gauge("belay_memory_allocations", report.allocations, dimensions)
  }

  /// Records how a map's entries lie.
  ///
  /// - Parameter map: What the metrics call it, as the dimension `map`.
  public func record(_ statistics: MapStatistics, map: String) {
    let dimensions = [("map", map)]
    gauge("belay_map_entries", statistics.count, dimensions)
    gauge("belay_map_buckets", statistics.bucketCount, dimensions)
    gauge("belay_map_overflow_buckets", statistics.overflowCount, dimensions)
    gauge("belay_map_live_bytes", statistics.liveBytes, dimensions)
    gauge("belay_map_retired_bytes", statistics.retiredBytes, dimensions)
    gauge("belay_map_growths", statistics.doublings + statistics.rebuilds + statistics.shrinkings, dimensions)
  }

  private func gauge(_ label: String, _ value: Int, _ dimensions: [(String, String)]) {
    if let factory {
      Gauge(label: label, dimensions: dimensions, factory: factory).record(value)
    } else {
      Gauge(label: label, dimensions: dimensions).record(value)
    }
  }
}
