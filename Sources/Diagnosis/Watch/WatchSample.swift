/// What `belay watch` saw at one look.
public struct WatchSample: Codable, Sendable {
  /// A map that grew, or one of the largest.
  public struct WatchedMap: Codable, Sendable {
    /// Where its header stands.
    public var address: String
    /// Its type as Go writes it.
    public var type: String
    /// The path that keeps it alive; empty where there is none.
    public var place: String
    /// How many entries it has.
    public var entries: Int
    /// How many more it has than at the look before.
    public var sinceLast: Int
    /// How many more it has than when it was first seen.
    public var sinceFirst: Int
    /// How many entries fit.
    public var capacity: Int
    /// The size of its header, buckets, directory and tables.
    public var bytes: UInt64
    /// The size of its buckets or groups.
    public var bucketBytes: UInt64
    /// The bytes of the pages that its buckets touch and that are in memory; nil where the system does not tell.
    public var presentBytes: UInt64?
    /// What it is doing, in words.
    public var growth: String
  }

  /// The program, its heap, and all of its maps by type and place.
  public var report: InspectionReport
  /// The maps that grew, and the largest.
  public var maps: [WatchedMap]
  /// How many seconds the look took.
  public var lookSeconds: Double
}
