import BelayMemory
import CBelay
import CEpoch
import Locks
import Synchronization

/// A handle table without the type of its objects: words with a function that ends them. `HandleTable` and the tables of `belay.h` stand on it.
///
/// How it works.
/// - Slots lie in segments that double and never move, so that a reader finds a slot without a lock while the table grows. A slot is 16 bytes:
///   a word with generation and references (see `HandleBits`), and the object.
/// - A reader announces the table's epoch (see `EpochDomain`; each table is a domain of its own), looks at the slot, uses the object, and takes the
///   announcement back. These are plain stores and loads; the full barrier that they would need is passed by whoever wants to release
///   something, for all threads at once.
/// - The last release turns a slot's word into that of a free slot by one compare-and-exchange; from then on no handle finds it. Its object, and
///   the slot itself, wait in the limbo of the thread's magazine until every reader that stood in the table has left: a chain of slots is sealed by
///   ending the epoch, and is free when no thread announces that epoch or an earlier one. While the process has one thread
///   that ever read, and it reads nothing now, nobody can stand in the table, and the object ends at once.
/// - The sweeper, a thread of the process, looks after chains that would otherwise wait for a thread that sleeps.
/// - Free slots go to the thread's magazine, and from there in numbers to the depot (`HandleDepot`), which gives the memory of empty blocks back.
///
/// A reader that stalls holds up only the tables that it reads.
@usableFromInline
final class HandleCore: @unchecked Sendable {
  // Sendable holds because everything that changes is atomic, belongs to one thread (magazines), or is reached under the lock.

  @usableFromInline let hot: UnsafeMutablePointer<HandleHot>

  /// Guards the depot, the list of magazines, and what is sealed.
  let mutex = Mutex()
  /// Under the lock.
  var depot: HandleDepot
  /// All magazines of the table, idle ones too. Changed under both locks, so that either serves to read it.
  var magazines: UnsafeMutablePointer<HandleMagazine>?
  /// Chains that a reader held up twice. Under the lock.
  var stalled: [HandleChain] = []
  /// Objects that a thread took to end, and has not ended all of. Under the lock.
  var ending = 0
  /// Changed under both locks.
  private(set) var isClosed = false
  /// Whether the sweeper knows that something waits here.
  let isPending = Atomic<Bool>(false)
  /// Whether objects may be ended by the sweeper's thread.
  let sweeps: Bool

  let name: String
  /// Ends an object: runs once for each, outside of every lock.
  @usableFromInline let end: @Sendable (UInt) -> Void

  private static let serials = Atomic<UInt64>(UInt64.random(in: 1...0x7FF))

  /// - Parameters:
  ///   - generations: How often a slot is used before it retires, less than 2^24 - 1; for tests, which come to the last generation so.
  ///     Otherwise generations begin at a random one, so that a handle of a dead table with the same tag rarely fits.
  ///   - segments: How many segments the table may have; tests make it small.
  ///   - allocator: Where segments come from.
  init(
    name: String, sweeps: Bool, generations: UInt32? = nil, segments: Int = HandleHot.segmentCount,
    allocator: any BucketAllocator = SystemAllocator.shared, end: @escaping @Sendable (UInt) -> Void
  ) {
    self.name = name
    self.sweeps = sweeps
    self.end = end
    belay_epoch_start()
    let serial = Self.serials.add(1, ordering: .relaxed).newValue
    let tag = serial & 0x7FF
    let firstGeneration = generations.map { HandleBits.lastGeneration - $0 } ?? .random(in: 1...0xFFFF)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: HandleHot.byteCount, alignment: 128)
    memory.initializeMemory(as: UInt64.self, repeating: 0, count: HandleHot.byteCount / 8)
    hot = memory.assumingMemoryBound(to: HandleHot.self)
    hot.initialize(
      to: HandleHot(
        tag: tag, serial: serial, place: Int(tag) % ThreadRecord.placeCount * 8,
        needsFences: belay_epoch_needs_fences() != 0))
    depot = HandleDepot(
      hot: hot, firstGeneration: firstGeneration, segments: segments, allocator: allocator)
  }

  deinit {
    depot.freeMemory()
    UnsafeMutableRawPointer(hot).deallocate()
  }

  // MARK: Magazines

  /// The calling thread's magazine of this table, if it has a record and the magazine.
  @inlinable @inline(__always)
  func magazine() -> UnsafeMutablePointer<HandleMagazine>? {
    guard let record = ThreadRecord.current,
      let magazine = record.magazine(hot.pointee.place).pointee,
      magazine.pointee.serial.load(ordering: .relaxed) == hot.pointee.serial
    else { return nil }
    return magazine
  }

  /// Gives the calling thread, which has a record, a magazine of this table.
  ///
  /// - Throws: `closed`: the end of an object uses the table that is just ending it.
  @usableFromInline @inline(never)
  func attachMagazine() throws(HandleError) {
    guard let record = ThreadRecord.current else { return }
    try ThreadRecords.lock.locked { () throws(HandleError) in
      if isClosed { throw .closed }
      let place = record.magazine(hot.pointee.place)
      if let other = place.pointee { HandleMagazine.leave(other) }
      var candidate = magazines
      while let magazine = candidate, magazine.pointee.isTaken { candidate = magazine.pointee.next }
      let magazine: UnsafeMutablePointer<HandleMagazine>
      if let candidate {
        magazine = candidate
      } else {
        magazine = HandleMagazine.take()
        mutex.locked {
          magazine.pointee.core = self
          magazine.pointee.next = magazines
          magazine.pointee.serial.store(hot.pointee.serial, ordering: .relaxed)
          magazines = magazine
        }
      }
      magazine.pointee.isTaken = true
      place.pointee = magazine
    }
  }

  /// Its thread has left it; what waits in it is for the sweeper. Under the lock of the records.
  func magazineBecameIdle(_ magazine: UnsafeMutablePointer<HandleMagazine>) {
    let somethingWaits = mutex.locked { magazine.pointee.limbo != 0 || magazine.pointee.sealed.head != 0 }
    if somethingWaits { callSweeper() }
  }

  /// Enters the calling thread's magazine. False if somebody has revoked it: then `waitForMagazine`.
  @inlinable @inline(__always)
  func enter(_ magazine: UnsafeMutablePointer<HandleMagazine>) -> Bool {
    magazine.pointee.isBusy.store(1, ordering: .relaxed)
    belay_compiler_barrier()
    if hot.pointee.needsFences { atomicMemoryFence(ordering: .sequentiallyConsistent) }
    if magazine.pointee.isRevoked.load(ordering: .acquiring) == 0 { return true }
    magazine.pointee.isBusy.store(0, ordering: .releasing)
    return false
  }

  @inlinable @inline(__always)
  func leave(_ magazine: UnsafeMutablePointer<HandleMagazine>) {
    magazine.pointee.isBusy.store(0, ordering: .releasing)
  }

  /// Waits until nobody else looks into the magazine.
  @usableFromInline @inline(never)
  func waitForMagazine() {
    mutex.locked {}
  }

  // MARK: The end

  /// Ends all objects. The caller knows that nobody uses the table any more.
  func close() {
    let (waiting, ranges) = ThreadRecords.lock.locked {
      mutex.locked { () -> ([HandleChain], [Range<UInt32>]) in
        guard !isClosed else { return ([], []) }
        isClosed = true
        var waiting = stalled
        stalled = []
        var next = magazines
        magazines = nil
        while let magazine = next {
          next = magazine.pointee.next
          waiting.append(
            HandleChain(head: magazine.pointee.limbo, count: magazine.pointee.limboCount.load(ordering: .relaxed)))
          waiting.append(magazine.pointee.sealed)
          HandleMagazine.forgetTable(magazine)
        }
        return (waiting, depot.carvedRanges)
      }
    }
    for chain in waiting { endObjects(chain) }
    for range in ranges {
      for index in range {
        let slot = hot.slot(index).unsafelyUnwrapped
        let word = slot.pointee.state.load(ordering: .acquiring)
        guard word & 1 == 1 else { continue }
        slot.pointee.state.store(
          HandleBits.free(generation: HandleBits.generation(word) + 1, link: 0), ordering: .relaxed)
        end(slot.pointee.object.load(ordering: .relaxed))
      }
    }
  }

  // MARK: Failures

  /// Why a handle was refused.
  @usableFromInline @inline(never)
  func failure(_ handle: UInt64, releasing: Bool = false) -> HandleError {
    guard HandleBits.looksLikeHandle(handle) else { return .forged(handle) }
    guard HandleBits.tag(handle) == HandleBits.tag(hot.pointee.tagBits) else { return .foreign(handle) }
    let wasHandedOut = mutex.locked { depot.wasHandedOut(handle) }
    guard wasHandedOut else { return .forged(handle) }
    return releasing ? .doubleRelease(handle) : .stale(handle)
  }
}
