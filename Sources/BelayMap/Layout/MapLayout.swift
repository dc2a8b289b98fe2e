/// Where a map's parts lie, at the moment of asking. Addresses are numbers: they are for reading, not for following.
public struct MapLayout: Sendable, Equatable {
  /// A field of the header.
  public struct Field: Sendable, Equatable {
    /// The name of the field.
    public let name: String
    /// Its offset from the start of the header, in bytes.
    public let offset: Int
    /// Its size in bytes.
    public let size: Int
  }

  /// What an array of buckets is made of.
  public struct Array: Sendable, Equatable {
    /// The address of the first row.
    public let rows: UInt
    /// The address of the first overflow link.
    public let links: UInt
    /// The address of the first slot.
    public let slots: UInt
    /// The number of buckets.
    public let bucketCount: Int
    /// Bytes of the array, overflow buckets apart.
    public let byteCount: Int
  }

  /// What a map is doing.
  public enum Growth: String, Sendable {
    /// Nothing.
    case none
    /// Moving to twice the buckets.
    case doubling
    /// Moving to as many buckets.
    case sameSize
    /// Moving to half the buckets.
    case shrinking
  }

  /// The address of the header.
  public let header: UInt
  /// The fields of the header.
  public let fields: [Field]
  /// The number of entries.
  public let count: Int
  /// B: the binary logarithm of the number of buckets.
  public let logBucketCount: Int
  /// The buckets.
  public let buckets: Array
  /// The buckets that the map is moving out of.
  public let oldBuckets: Array?
  /// Old buckets below this number are evacuated.
  public let evacuated: Int
  /// What the map is doing.
  public let growth: Growth
  /// Overflow buckets in use.
  public let overflowCount: Int
  /// Entries for each bucket.
  public let load: Double
  /// The slots of a bucket.
  public let slotsPerBucket: Int
  /// From one slot to the next, in bytes.
  public let slotStride: Int
  /// From the start of a slot to its value, in bytes.
  public let valueOffset: Int
  /// From one bucket's slots to the next bucket's, in bytes.
  public let bucketStride: Int
  /// Bytes of an overflow bucket: its row, its link, its slots.
  public let overflowByteCount: Int
}

extension BucketMap where Value: ~Copyable {
  /// The layout of the map.
  ///
  /// - Complexity: O(1).
  public var layout: MapLayout {
    let state = header.pointee
    let isGrowing = header.flags & MapFlags.growing != 0
    let describe = { (array: BucketArray) in
      MapLayout.Array(
        rows: UInt(bitPattern: array.rows), links: UInt(bitPattern: array.rows + array.count * Layout.rowBytes),
        slots: UInt(bitPattern: array.slots), bucketCount: array.count, byteCount: array.block?.byteCount ?? 0)
    }
    let growth: MapLayout.Growth =
      if !isGrowing {
        .none
      } else if state.traits & MapTraits.sameSize != 0 {
        .sameSize
      } else if state.traits & MapTraits.shrinking != 0 {
        .shrinking
      } else {
        .doubling
      }
    return MapLayout(
      header: UInt(bitPattern: header), fields: MapHeader.fields, count: state.count,
      logBucketCount: Int(state.logCount),
      buckets: describe(state.buckets), oldBuckets: isGrowing ? describe(state.old) : nil,
      evacuated: isGrowing ? state.evacuated : 0, growth: growth, overflowCount: state.overflowCount,
      load: Double(state.count) / Double(state.buckets.count), slotsPerBucket: Layout.slotsPerBucket,
      slotStride: Layout.stride, valueOffset: Layout.valueOffset, bucketStride: Layout.bucketBytes,
      overflowByteCount: Layout.overflowBytes)
  }
}

extension MapHeader {
  /// The fields that tools want to know.
  static let fields: [MapLayout.Field] = {
    func field<Part>(_ name: String, _ path: PartialKeyPath<MapHeader>, _ type: Part.Type) -> MapLayout.Field {
      MapLayout.Field(name: name, offset: MemoryLayout<MapHeader>.offset(of: path) ?? -1, size: MemoryLayout<Part>.size)
    }
    return [
      field("count", \.count, Int.self), field("flags", \.state, UInt8.self), field("B", \.logCount, UInt8.self),
      field("noverflow", \.overflowCount, Int.self), field("seed", \.seed, UInt64.self),
      field("buckets", \.buckets, BucketArray.self), field("oldbuckets", \.old, BucketArray.self),
      field("nevacuate", \.evacuated, Int.self), field("extra", \.pool, OverflowPool.self),
    ]
  }()
}
