import Foundation
import GoRuntime
import ProcessImage

/// Looks at a running Go process again and again, and tells what has changed in between.
///
/// A map is the same at two looks if its header stands at the same address and has the same type: an address that was given to another map of that type in
/// between cannot be told.
public final class Watch {
  private struct Known {
    var type: String
    var first: Int
    var last: Int
  }

  private struct Row {
    let map: GoMap
    let entries: Int
    let capacity: Int
    let bytes: UInt64
    let sinceLast: Int
    let sinceFirst: Int
  }

  private let pid: Int32
  private let marks: Bool
  /// How many maps are looked at closely.
  private let limit: Int
  private var known: [UInt64: Known] = [:]
  private var previous: GoInspection?
  private var identity: String?

  /// A watch over a process.
  /// - Parameters:
  ///   - marks: Whether each look finds what keeps maps alive, which takes most of its time.
  ///   - limit: How many maps a sample describes one by one.
  public init(pid: Int32, marks: Bool, limit: Int) {
    self.pid = pid
    self.marks = marks
    self.limit = limit
  }

  /// Looks at the process.
  public func look() throws(ImageFailure) -> WatchSample {
    let clock = ContinuousClock()
    let begin = clock.now
    let image = try ProcessImage(pid: pid)
    // The number may have been given to another process, and the process may have become another program.
    if let identity, identity != image.identity {
      throw ImageFailure(
        "cannot go on with process \(pid)", "it has ended, and its number now belongs to another program",
        "start belay watch again")
    }
    identity = image.identity
    var options = GoInspection.Options()
    options.marks = marks
    let go = try GoInspection(image, options: options, reusing: previous)
    previous = go
    let pages = PagePresence(pid: pid)
    var rows: [Row] = []
    var seen: [UInt64: Known] = [:]
    seen.reserveCapacity(go.maps.count)
    let report = InspectionReport(go) { map, state in
      guard map.reachability != .garbage else { return }
      let type = go.typeName(of: map)
      let before = self.known[map.address].flatMap { $0.type == type ? $0 : nil }
      seen[map.address] = Known(type: type, first: before?.first ?? state.count, last: state.count)
      rows.append(
        Row(
          map: map, entries: state.count, capacity: state.capacity, bytes: state.bytes,
          sinceLast: state.count &- (before?.last ?? state.count),
          sinceFirst: state.count &- (before?.first ?? state.count)))
    }
    known = seen
    // What grows comes first, then what is large.
    rows.sort {
      ($0.sinceLast, $0.sinceFirst, $0.bytes, $1.map.address) > ($1.sinceLast, $1.sinceFirst, $1.bytes, $0.map.address)
    }
    let growing = rows.prefix { $0.sinceLast > 0 || $0.sinceFirst > 0 }.prefix(limit)
    let large = rows.dropFirst(growing.count).sorted {
      ($0.bytes, $1.map.address) > ($1.bytes, $0.map.address)
    }
    let maps = (growing + large.prefix(limit - growing.count)).map { row in
      let state = go.detailedState(of: row.map)
      return WatchSample.WatchedMap(
        address: "0x" + String(row.map.address, radix: 16), type: go.typeName(of: row.map),
        place: go.place(of: row.map),
        entries: row.entries, sinceLast: row.sinceLast, sinceFirst: row.sinceFirst, capacity: row.capacity,
        bytes: row.bytes, bucketBytes: state.ranges.reduce(0) { $0 &+ $1.count },
        presentBytes: pages.flatMap { Watch.presentBytes(of: state.ranges, $0) },
        growth: MapReport.growth(state, isSwiss: go.hasSwissMaps))
    }
    let time = begin.duration(to: clock.now).components
    return WatchSample(
      report: report, maps: Array(maps), lookSeconds: Double(time.seconds) + Double(time.attoseconds) / 1e18)
  }

  /// The pages that ranges touch, each counted once: neighbouring ranges share pages.
  private static func presentBytes(of ranges: [(start: UInt64, count: UInt64)], _ pages: PagePresence) -> UInt64? {
    var sum: UInt64 = 0
    var end: UInt64 = 0
    for range in ranges.sorted(by: { $0.start < $1.start }) where range.count > 0 {
      let last = range.start &+ (range.count - 1)
      guard last >= range.start else { continue }
      let start = max(range.start / pages.pageSize, end)
      let next = last / pages.pageSize + 1
      guard next > start else { continue }
      guard let present = pages.presentBytes(from: start * pages.pageSize, count: (next - start) * pages.pageSize)
      else {
        return nil
      }
      sum += present
      end = next
    }
    return sum
  }
}
