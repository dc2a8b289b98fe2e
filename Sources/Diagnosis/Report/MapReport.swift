import GoRuntime

/// Everything about one map.
public struct MapReport: Codable, Sendable {
  /// A member of the header.
  public struct Member: Codable, Sendable {
    /// Its name.
    public let name: String
    /// Where it stands in the header.
    public let offset: Int
    /// Its address.
    public let address: String
    /// Its value.
    public let value: UInt64
  }

  /// An entry as text.
  public struct Entry: Codable, Sendable {
    /// The key.
    public let key: String
    /// The element.
    public let element: String
  }

  /// A run of buckets or groups.
  public struct BucketRange: Codable, Sendable {
    /// Where it starts.
    public let address: String
    /// How many bytes it has.
    public let bytes: UInt64
  }

  /// Where the header stands.
  public var address: String
  /// The type as Go writes it.
  public var type: String
  /// Whether it is in use.
  public var state: String
  /// The header.
  public var header: [Member]
  /// How many entries the header counts.
  public var entries: Int
  /// How many entries the buckets hold; nil where they could not be read.
  public var found: Int?
  /// How many entries fit.
  public var capacity: Int
  /// The size of header, buckets, directory and tables.
  public var bytes: UInt64
  /// What it is doing, in words.
  public var growth: String
  /// How many buckets or groups have 0, 1, … 8 entries.
  public var occupancy: [Int]
  /// How many buckets have overflow buckets, how many there are, and the longest chain (classic).
  public var chains: [Int]
  /// How many slots hold the mark of a removed entry (Swiss).
  public var tombstones: Int
  /// Where the buckets or groups stand.
  public var buckets: [BucketRange]
  /// The first entries.
  public var first: [Entry]
  /// The path that keeps it alive.
  public var path: String?
  /// What was wrong with it.
  public var faults: [String]

  /// Looks at a map.
  public init(_ go: GoInspection, _ map: GoMap, entries limit: Int) {
    let state = go.detailedState(of: map)
    address = "0x" + String(map.address, radix: 16)
    type = go.typeName(of: map)
    self.state = map.reachability.text + (map.isFoundBySearch ? ", found by a search of the heap" : "")
    header = go.header(of: map).map {
      Member(
        name: $0.name, offset: $0.offset, address: "0x" + String(map.address + UInt64($0.offset), radix: 16),
        value: $0.value)
    }
    entries = state.count
    found = state.found
    capacity = state.capacity
    bytes = state.bytes
    growth = MapReport.growth(state, isSwiss: go.hasSwissMaps)
    occupancy = state.occupancy
    chains = [state.chains, state.overflowBuckets, state.longestChain]
    tombstones = state.tombstones
    buckets = state.ranges.prefix(64).map { BucketRange(address: "0x" + String($0.start, radix: 16), bytes: $0.count) }
    first = go.entries(of: map, limit: limit).map { Entry(key: $0.key, element: $0.element) }
    path = go.path(to: map)?.text
    faults = state.faults
  }

  /// What a map is doing, in words.
  static func growth(_ state: MapState, isSwiss: Bool) -> String {
    if isSwiss {
      return state.tables == 0
        ? "small: one group, no table"
        : "\(state.tables) tables, \(state.globalDepth) bits choose the table, \(state.growthLeft) entries fit before tables grow"
    }
    guard state.isGrowing else { return "not growing" }
    return
      "\(state.isSameSizeGrowth ? "rebuilding at the same size" : "doubling"): \(state.evacuated) of \(state.oldBuckets) old buckets moved"
  }

  /// The report for a terminal.
  public func text(isClassic: Bool) -> String {
    var lines = [
      "\(type) at \(address), \(state)",
      "\(entries) entries"
        + (found.map { $0 == entries ? ", all found in its buckets" : ", \($0) found in its buckets" } ?? "")
        + ", \(capacity) fit, load \(percentText(capacity == 0 ? 0 : Double(entries) / Double(capacity))), \(byteText(bytes))",
      growth,
    ]
    if let path { lines.append("kept alive by \(path)") }
    lines += ["", "header"]
    var table = TextTable(["  offset", "address", "member", "value"], right: [true, false, false, false])
    for member in header {
      let value = member.value > 0xffff ? "0x" + String(member.value, radix: 16) : "\(member.value)"
      table.add(["\(member.offset)", member.address, member.name, value])
    }
    lines.append(table.text)
    let total = occupancy.reduce(0, +)
    if total > 0 {
      lines += ["", isClassic ? "buckets by entries" : "groups by entries"]
      for (entries, count) in occupancy.enumerated() {
        let width = count == 0 ? 0 : max(1, count * 40 / (occupancy.max() ?? 1))
        lines.append("  \(entries)  \(String(repeating: "█", count: width))\(width > 0 ? " " : "")\(count)")
      }
    }
    if isClassic {
      lines.append(
        "\(chains[0]) chains of overflow buckets, \(chains[1]) overflow buckets, the longest chain has \(chains[2])")
    } else {
      lines.append("\(tombstones) slots hold the mark of a removed entry")
    }
    if !buckets.isEmpty {
      lines += ["", isClassic ? "buckets at" : "groups at"]
      for range in buckets { lines.append("  \(range.address)  \(byteText(range.bytes))") }
    }
    if !first.isEmpty {
      lines += ["", "first entries"]
      for entry in first { lines.append("  \(entry.key): \(entry.element)") }
    }
    for fault in faults { lines.append("note: \(fault)") }
    return lines.joined(separator: "\n") + "\n"
  }
}
