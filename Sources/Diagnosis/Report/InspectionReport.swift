import Foundation
import GoRuntime
import ProcessImage

/// What `belay inspect` says of a process: the program, its heap, and its maps by type and place.
public struct InspectionReport: Codable, Sendable {
  /// The version of this form.
  public var version = 1
  /// The number of the process.
  public var pid: Int32
  /// When it was read, in nanoseconds since 1970.
  public var time: Int64
  /// How many collection cycles had ended; nil for a stripped program.
  public var collections: Int?
  /// When the last of them ended, in nanoseconds since 1970.
  public var lastCollection: Int64?
  /// The program.
  public var program: String
  /// The version of Go that built it.
  public var goVersion: String
  /// `classic` or `swiss`.
  public var mapLayout: String
  /// The bytes of the heap's spans that are in use.
  public var heapBytes: UInt64
  /// How many goroutines there are.
  public var goroutines: Int
  /// For how many milliseconds the process was stopped; 0 if it was not.
  public var stoppedMilliseconds: Double
  /// How many maps there are, garbage included.
  public var maps: Int
  /// The maps by type and place, those with most bytes first.
  public var summaries: [MapSummary]
  /// What is missing, and which answers suffer.
  public var limitations: [String]

  /// Summarises what was read.
  /// - Parameter visit: is called with each map and what its header and buckets say.
  public init(_ go: GoInspection, visit: (GoMap, MapState) -> Void = { _, _ in }) {
    pid = go.image.pid
    time = go.time
    collections = go.collector?.cycles
    lastCollection = go.collector.flatMap { $0.ends[$0.cycles] }
    program = go.image.executablePath
    goVersion = go.version
    mapLayout = go.hasSwissMaps ? "swiss" : "classic"
    heapBytes = go.heapBytes
    goroutines = go.goroutines.count
    stoppedMilliseconds =
      go.stopped.map { Double($0.components.attoseconds) / 1e15 + Double($0.components.seconds) * 1e3 } ?? 0
    maps = go.maps.count
    limitations = go.limitations
    var found: [Key: MapSummary] = [:]
    var last: (Key, MapSummary)?
    for map in go.maps {
      let key = Key(type: map.type, place: go.placeNumber(of: map), state: map.reachability)
      // Maps of one place mostly follow each other: the summary at hand is kept out of the table.
      if last?.0 != key {
        if let last { found[last.0] = last.1 }
        last = (
          key,
          found[key]
            ?? MapSummary(
              type: go.typeName(of: map), place: go.place(of: map), state: map.reachability.text,
              example: "0x" + String(map.address, radix: 16))
        )
      }
      let state = go.state(of: map)
      last?.1.add(state)
      visit(map, state)
    }
    if let last { found[last.0] = last.1 }
    summaries = found.values.sorted { ($0.bytes, $1.type, $1.place) > ($1.bytes, $0.type, $0.place) }
    if !go.rereadMaps.isEmpty {
      limitations.append(
        "\(go.rereadMaps.count) maps were written while they were read, and were read again: their entries are of a later moment"
      )
    }
    let faulty = summaries.reduce(0) { $0 + $1.faulty }
    if faulty > 0 {
      limitations.append(
        "\(faulty) of \(maps) maps were not consistent"
          + (go.image.isLive && go.stopped == nil
            ? ": they were written each time they were read; --stop gives one moment" : ""))
    }
  }

  private struct Key: Hashable {
    let type: TypeID
    let place: Int32
    let state: GoMap.Reachability
  }
}

extension MapSummary {
  mutating func add(_ state: MapState) {
    maps += 1
    entries &+= state.count
    capacity += state.capacity
    bytes &+= state.bytes
    overflowBuckets += state.overflowBuckets
    tombstones += state.tombstones
    if state.isGrowing { growing += 1 }
    if !state.faults.isEmpty { faulty += 1 }
  }
}
