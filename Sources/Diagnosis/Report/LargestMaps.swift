import GoRuntime

/// The few largest of many maps.
public struct LargestMaps {
  /// How many are kept.
  private static let limit = 6
  private var found: [(map: GoMap, bytes: UInt64)] = []

  /// None yet.
  public init() {}

  /// The maps, the largest first.
  var maps: [GoMap] { found.map(\.map) }

  /// Keeps a map that is in use, if it is larger than one of those that are kept.
  public mutating func add(_ map: GoMap, _ state: MapState) {
    guard map.reachability != .garbage, map.type.isKnown, state.buckets > 0 else { return }
    guard found.count < LargestMaps.limit || state.bytes > found[found.count - 1].bytes else { return }
    let place = found.firstIndex { $0.bytes < state.bytes } ?? found.count
    found.insert((map, state.bytes), at: place)
    if found.count > LargestMaps.limit { found.removeLast() }
  }
}
