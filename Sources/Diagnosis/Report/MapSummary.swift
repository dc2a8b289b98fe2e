import GoRuntime

/// The maps of one type in one place of the program.
public struct MapSummary: Codable, Sendable {
  /// The type as Go writes it.
  public var type: String
  /// The path that keeps them alive, without addresses and indices; empty for garbage and where the heap was not marked.
  public var place: String
  /// Whether they are in use: `reachable`, `perhaps reachable`, `garbage`, `unknown`.
  public var state: String
  /// How many maps there are.
  public var maps = 0
  /// How many entries they have.
  public var entries = 0
  /// How many entries fit.
  public var capacity = 0
  /// The size of headers, buckets, directories and tables in bytes.
  public var bytes: UInt64 = 0
  /// How many overflow buckets they have (classic).
  public var overflowBuckets = 0
  /// How many slots hold the mark of a removed entry (Swiss).
  public var tombstones = 0
  /// How many of them are growing (classic).
  public var growing = 0
  /// In how many of them something was wrong.
  public var faulty = 0
  /// One of them, to look at with `--map`.
  public var example: String

  /// The share of slots that hold an entry.
  public var load: Double { capacity == 0 ? 0 : Double(entries) / Double(capacity) }
}

extension GoMap.Reachability {
  /// What it is in words.
  public var text: String {
    switch self {
    case .reachable: "reachable"
    case .guessed: "perhaps reachable"
    case .garbage: "garbage"
    case .unknown: "unknown"
    }
  }
}
