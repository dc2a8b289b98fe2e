/// What a map's header and buckets say.
public struct MapState: Sendable {
  /// How many entries the header counts.
  public var count = 0
  /// How many entries were found in the buckets; nil if they could not be read.
  public var found: Int?
  /// How many entries fit.
  public var capacity = 0
  /// The size of the header, the buckets, the directory and the tables in bytes.
  public var bytes: UInt64 = 0
  /// Whether entries are being moved to new buckets (classic).
  public var isGrowing = false
  /// Whether the growth keeps the size, to get rid of overflow buckets (classic).
  public var isSameSizeGrowth = false
  /// How many old buckets have been moved (classic).
  public var evacuated: UInt64 = 0
  /// How many buckets (classic) or groups (Swiss) there are.
  public var buckets: UInt64 = 0
  /// How many old buckets there are (classic).
  public var oldBuckets: UInt64 = 0
  /// How many overflow buckets hang on the buckets (classic).
  public var overflowBuckets = 0
  /// The longest chain of overflow buckets (classic).
  public var longestChain = 0
  /// How many buckets have overflow buckets (classic).
  public var chains = 0
  /// How many slots hold the mark of a removed entry (Swiss).
  public var tombstones = 0
  /// How many tables there are (Swiss).
  public var tables = 0
  /// How many bits of the hash choose the table (Swiss).
  public var globalDepth = 0
  /// How many entries can be added before tables grow (Swiss).
  public var growthLeft = 0
  /// Whether somebody was writing when it was read.
  public var isWriting = false
  /// How many buckets or groups have 0, 1, … 8 entries.
  public var occupancy: [Int] { (0...8).map { Int(occupancyCounts[$0]) } }
  var occupancyCounts = SIMD16<UInt64>()
  /// Where the buckets or groups stand: the address and the size in bytes.
  public var ranges: [(start: UInt64, count: UInt64)] = []
  /// What was wrong with it, in words.
  public var faults: [String] = []

  /// The share of slots that hold an entry.
  public var load: Double { capacity == 0 ? 0 : Double(count) / Double(capacity) }
}
