import BelayMemory
import CBucketRow

/// A hash map with reference semantics, whose slowest insertion takes microseconds however large the map is.
///
/// ## The layout
/// A map has 2^B buckets of 15 slots. The low bits of a key's hash choose the bucket, the top byte of the hash (raised to at least 5, see
/// `Tag`) is kept in the bucket's row: 15 bytes for the slots, and a sixteenth as an overflow filter. A look-up compares the whole row with the byte at
/// once, and looks at the slots that match; in a slot key and value lie side by side.
///
///     rows    | t t t t t t t t 0 0 0 0 0 0 0 f |  …   16 bytes for each bucket, side by side
///     links   | → overflow bucket, or nil       |  …   8 bytes for each bucket
///     slots   | k v | k v | k v | k v | …               15 slots for each bucket
///
/// The rows are an array of their own, as the study in `docs/` found: a miss reads one line of an array that is a sixteenth of the slots.
/// Entries that find their bucket full go to an overflow bucket (row, link and a few slots in two lines of the cache: most hold one entry or two). Each leaves a bit in its bucket's filter, one of eight by
/// its hash, so that seven of eight misses do not follow the link of a bucket that overflowed.
///
/// ## Growth
/// Beyond 13 entries in each bucket on average a map doubles; with about as many overflow buckets as buckets it rebuilds itself at the same size;
/// one that stays below a quarter of its load for long halves. No call ever moves the whole table: each write moves the old bucket it touches and one
/// more. A bucket `i` of n goes to `i` and `i + n`; its row then says where each entry went. Old memory goes back in pieces as the mark rises below which all is evacuated.
///
/// To be the first to touch a page takes longer than to move ten buckets. A map that moves to an array of 256 KiB or more therefore moves its buckets in their order, two with each
/// write, into pages that another thread touches before it, and writes to buckets that have not moved where they are (see `BucketMap+InOrder.swift` and `MemoryMove`).
///
/// ## Removal
/// A removal clears key, value and byte, and never moves another entry. The marks "empty to the end" follow the last entry of a chain.
/// When the last entry goes, the map draws a new seed.
///
/// A map is not `Sendable`: use it on one thread at a time, or `ConcurrentMap`. Misuse that can be seen is caught, see `MapMisuse`.
public final class BucketMap<Key: Hashable, Value: ~Copyable> {
  @usableFromInline typealias Layout = SlotLayout<Key, Value>

  @usableFromInline let header: UnsafeMutablePointer<MapHeader>
  @usableFromInline let allocator: any BucketAllocator
  @usableFromInline let hasher: (any MapHasher<Key>)?

  /// Makes an empty map; it takes no memory for buckets until the first insertion.
  ///
  /// - Parameters:
  ///   - allocator: Where its buckets come from.
  ///   - hasher: How keys are hashed; nil for the built-in way, the fast hash for integers, pointers, floating-point numbers, strings and
  ///     bytes, and `Hasher` for all others.
  /// - Complexity: O(1).
  public init(allocator: any BucketAllocator, hasher: (any MapHasher<Key>)? = nil) {
    self.allocator = allocator
    var hasher = hasher
    if hasher == nil, Key.self == String.self, !StringHash.layoutIsKnown {
      hasher = PortableStringHasher() as? any MapHasher<Key>
    }
    self.hasher = hasher
    header = .allocate(capacity: 1)
    header.initialize(to: MapHeader(seed: MapSeed.next(), flags: hasher == nil ? 0 : MapFlags.chosenHasher))
    if LiveMaps.shouldEnter { header.pointee.liveRecord = LiveMaps.enter(Self.self, header: header) }
  }

  /// Makes an empty map with the built-in hash.
  ///
  /// - Complexity: O(1).
  public convenience init() { self.init(allocator: SystemAllocator.shared, hasher: nil) }

  /// Makes an empty map with a hasher; nil for the built-in hash.
  ///
  /// - Complexity: O(1).
  public convenience init(hasher: (any MapHasher<Key>)?) {
    self.init(allocator: SystemAllocator.shared, hasher: hasher)
  }

  @inlinable
  deinit {
    // Before anything goes: nobody may be led to memory that is not the map's any more.
    if header.pointee.liveRecord != 0 { LiveMaps.leave(header.pointee.liveRecord) }
    dropPrepared()
    dropMove()
    destroy(Detached(header.pointee))
    header.deinitialize(count: 1)
    header.deallocate()
  }
}

@available(*, unavailable, message: "a BucketMap belongs to one thread at a time; share a ConcurrentMap instead")
extension BucketMap: Sendable where Value: ~Copyable {}
