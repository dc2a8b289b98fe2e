import BelayMemory
import CBucketRow

/// What a map knows about itself, at an address of its own.
@usableFromInline @frozen
struct MapHeader {
  /// The number of entries.
  @usableFromInline var count: Int
  /// What makes a look-up leave its short path (the low byte, see `MapFlags`), and a number that changes with each write (the rest). One
  /// word, so that a write that begins and ends stores it twice and an iterator compares it once. Written and read by relaxed atomic
  /// operations.
  @usableFromInline var state: UInt64
  /// The binary logarithm of the number of buckets.
  @usableFromInline var logCount: UInt8
  /// What need not be looked at in each look-up; see `MapTraits`.
  @usableFromInline var traits: UInt8
  /// Overflow buckets in use, of both arrays.
  @usableFromInline var overflowCount: Int
  /// The seed of the hashes; drawn anew when the map becomes empty.
  @usableFromInline var seed: UInt64
  /// The buckets.
  @usableFromInline var buckets: BucketArray
  /// Insertions beyond this many entries make the map grow.
  @usableFromInline var threshold: Int
  /// The buckets that the map is moving out of, while it grows.
  @usableFromInline var old: BucketArray
  /// While the map grows, every old bucket below this one is evacuated.
  @usableFromInline var evacuated: Int
  /// More overflow buckets than this make the map rebuild itself at the same size.
  @usableFromInline var overflowLimit: Int
  /// The bytes of the old array's slots that have gone back.
  @usableFromInline var released: Int
  /// The bytes of its rows that have gone back.
  @usableFromInline var releasedRows: Int
  /// How many evacuated bytes gather before they go back.
  @usableFromInline var releaseStep: Int
  /// Removals since the map last held a quarter of its load.
  @usableFromInline var sparseRemovals: Int
  /// The running cursors, guarded by `cursorLock`.
  @usableFromInline var cursors: Unmanaged<CursorState>?
  /// A spin lock of one byte: readers on several threads may start and end iterations.
  @usableFromInline var cursorLock: UInt8
  /// How many nested calls hold exclusive access.
  @usableFromInline var exclusiveDepth: UInt32
  /// The thread that met a conflict which another thread had found; zero if none has said so.
  @usableFromInline var conflictThread: UInt64
  /// Growths so far: doublings, rebuilds at the same size, and shrinkings.
  @usableFromInline var doublings: Int
  @usableFromInline var rebuilds: Int
  @usableFromInline var shrinkings: Int
  /// Overflow buckets.
  @usableFromInline var pool: OverflowPool
  /// The number of the map's record in the table of live maps; zero if it has none.
  @usableFromInline var liveRecord: Int
  /// While the map grows, what the overflow buckets of the old array lie in; slab by slab it goes back when all is evacuated.
  @usableFromInline var oldPool: OverflowPool
  /// The next array, while its pages are being touched: before the growth, and until the growth has ended.
  @usableFromInline var preparation: MemoryPreparation?
  /// Who goes with the map from the old array to the new, if somebody does.
  @usableFromInline var move: MemoryMove?
  /// How many more writes may wait for whoever goes with the map.
  @usableFromInline var patience: Int
  /// While the map grows, the sweep cycle of the old array; zero for none.
  @usableFromInline var sweepCycle: UInt64

  @usableFromInline
  init(seed: UInt64, flags: UInt8) {
    count = 0
    state = UInt64(flags)
    logCount = 0
    traits = 0
    overflowCount = 0
    self.seed = seed
    buckets = .none
    threshold = 0
    old = .none
    evacuated = 0
    overflowLimit = 0
    released = 0
    releasedRows = 0
    releaseStep = 0
    sparseRemovals = 0
    cursors = nil
    cursorLock = 0
    exclusiveDepth = 0
    conflictThread = 0
    doublings = 0
    rebuilds = 0
    shrinkings = 0
    pool = OverflowPool()
    liveRecord = 0
    oldPool = OverflowPool()
    sweepCycle = 0
    preparation = nil
    move = nil
    patience = 0
  }
}

extension UnsafeMutablePointer<MapHeader> {
  /// The address of the state.
  @inlinable @inline(__always)
  var stateAddress: UnsafeMutablePointer<UInt64> {
    (UnsafeMutableRawPointer(self) + 8).assumingMemoryBound(to: UInt64.self)
  }

  /// Flags and number of writes in one.
  @inlinable @inline(__always)
  var state: UInt64 {
    get { belay_load_relaxed_u64(stateAddress) }
    nonmutating set { belay_store_relaxed_u64(stateAddress, newValue) }
  }

  /// The address of the flags: the low byte of the state.
  @inlinable @inline(__always)
  var flagsAddress: UnsafeMutablePointer<UInt8> {
    #if _endian(little)
      (UnsafeMutableRawPointer(self) + 8).assumingMemoryBound(to: UInt8.self)
    #else
      (UnsafeMutableRawPointer(self) + 15).assumingMemoryBound(to: UInt8.self)
    #endif
  }

  @inlinable @inline(__always)
  var flags: UInt8 {
    get { belay_load_relaxed_u8(flagsAddress) }
    nonmutating set { belay_store_relaxed_u8(flagsAddress, newValue) }
  }
}
