import BelayMap
import BelayMemory

/// A map as the workloads use it.
protocol Contender {
  associatedtype Key: Hashable
  init()
  mutating func reserve(_ count: Int)
  mutating func set(_ key: Key, _ value: UInt64)
  func get(_ key: Key) -> UInt64?
  mutating func remove(_ key: Key) -> Bool
  func sum() -> UInt64
  /// Other ways to add up the values, by name.
  var forms: [(name: String, sum: () -> UInt64)] { get }
  var count: Int { get }
}

extension Contender {
  var forms: [(name: String, sum: () -> UInt64)] { [] }
}

/// Where the buckets of a contender come from.
protocol BucketSource {
  static func make() -> any BucketAllocator
}

enum SystemSource: BucketSource {
  static func make() -> any BucketAllocator { SystemAllocator.shared }
}

enum SpanSource: BucketSource {
  static func make() -> any BucketAllocator { SpanAllocator() }
}

/// `BucketMap`.
struct BelayContender<Key: Hashable, Source: BucketSource>: Contender {
  let map = BucketMap<Key, UInt64>(allocator: Source.make())
  @inline(__always) func reserve(_ count: Int) { map.reserveCapacity(count) }
  @inline(__always) func set(_ key: Key, _ value: UInt64) { map[key] = value }
  @inline(__always) func get(_ key: Key) -> UInt64? { map[key] }
  @inline(__always) func remove(_ key: Key) -> Bool { map.removeValue(forKey: key) != nil }
  @inline(__always) func sum() -> UInt64 {
    var total: UInt64 = 0
    for (_, value) in map { total &+= value }
    return total
  }
  var count: Int { map.count }
}

extension BelayContender {
  var forms: [(name: String, sum: () -> UInt64)] {
    [
      ("snapshot", { map.snapshot().reduce(0) { $0 &+ $1.value } }),
      (
        "exclusive",
        {
          var total: UInt64 = 0
          map.forEachBorrowed { _, value in total &+= value }
          return total
        }
      ),
      (
        "raw",
        {
          var total: UInt64 = 0
          try? unsafe map.withUnsafeBuckets { buckets in
            for index in 0..<buckets.bucketCount {
              unsafe buckets.forEachEntry(ofBucket: index) { _, value in
                unsafe total &+= value.pointee
                return true
              }
            }
          }
          return total
        }
      ),
    ]
  }
}

/// `Dictionary`.
struct DictionaryContender<Key: Hashable>: Contender {
  var map: [Key: UInt64] = [:]
  @inline(__always) mutating func reserve(_ count: Int) { map.reserveCapacity(count) }
  @inline(__always) mutating func set(_ key: Key, _ value: UInt64) { map[key] = value }
  @inline(__always) func get(_ key: Key) -> UInt64? { map[key] }
  @inline(__always) mutating func remove(_ key: Key) -> Bool { map.removeValue(forKey: key) != nil }
  @inline(__always) func sum() -> UInt64 {
    var total: UInt64 = 0
    for (_, value) in map { total &+= value }
    return total
  }
  var count: Int { map.count }
}

/// No map at all, but about as much time as one takes, so that the machine disturbs it as often: the noise floor of the latencies.
struct NoContender: Contender {
  var mixed: UInt64 = 0
  var count = 0
  @inline(__always) mutating func reserve(_ count: Int) {}
  @inline(__always) mutating func set(_ key: UInt64, _ value: UInt64) {
    var word = key
    for _ in 0..<30 { word = Workload.random(word) }
    mixed ^= word
    // Never so, but the compiler does not know.
    count &+= mixed == 1 ? 2 : 1
  }
  @inline(__always) func get(_ key: UInt64) -> UInt64? { nil }
  @inline(__always) mutating func remove(_ key: UInt64) -> Bool { true }
  @inline(__always) func sum() -> UInt64 { mixed }
}
