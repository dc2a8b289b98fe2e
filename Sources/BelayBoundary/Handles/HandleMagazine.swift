import Synchronization

/// What one thread has of one table: free slots that it may hand out, and slots whose objects wait for readers to leave.
///
/// It belongs to the thread, which needs no atomic instruction to use it. When somebody else has to look into it (the sweeper, so that objects of a thread
/// that sleeps do not wait for it), they revoke it: they raise `isRevoked`, pass the barrier of the process, and wait until `isBusy` is down. The
/// thread raises `isBusy` before it looks at `isRevoked`; if that is up, it waits at the table's lock, which whoever revokes holds.
///
/// Magazines are never freed, so that a thread can ask an old one whose it is: they wait in a pool for another table.
@usableFromInline
struct HandleMagazine: ~Copyable {
  /// The table's, or 0 while it waits in the pool.
  @usableFromInline let serial = Atomic<UInt64>(0)
  @usableFromInline let isBusy = Atomic<UInt32>(0)
  @usableFromInline let isRevoked = Atomic<UInt32>(0)
  /// Handles made and ended through this magazine; only its thread writes.
  @usableFromInline let made = Atomic<Int>(0)
  @usableFromInline let ended = Atomic<Int>(0)

  /// Free slots, linked through their words: index + 1, or 0.
  @usableFromInline var free: UInt32 = 0
  @usableFromInline var freeCount: UInt32 = 0
  /// Slots whose objects have not been ended yet, linked the same way, the newest first.
  @usableFromInline var limbo: UInt32 = 0
  /// How many; reports read it too.
  @usableFromInline let limboCount = Atomic<UInt32>(0)

  /// A chain that was sealed before and that a reader held up then.
  var sealed = HandleChain()
  /// Whether a thread has it. Under the lock of the records.
  var isTaken = false
  /// The table, while it has one. Under the lock of the records.
  unowned(unsafe) var core: HandleCore?
  /// The next in the table's list, or in the pool.
  var next: UnsafeMutablePointer<HandleMagazine>?

  init() {}

  /// Free slots that a magazine keeps at most; what it has beyond goes back to the table.
  @usableFromInline static let mostFree: UInt32 = 2048
  /// Slots that wait at most, before the thread itself ends their objects.
  @usableFromInline static let mostLimbo: UInt32 = 1024

  nonisolated(unsafe) private static var pool: UnsafeMutablePointer<HandleMagazine>?  // under the lock of the records

  /// A magazine without a table. Under the lock of the records.
  static func take() -> UnsafeMutablePointer<HandleMagazine> {
    if let waiting = pool {
      pool = waiting.pointee.next
      return waiting
    }
    // Alone on its cache lines: its thread writes it all the time.
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: (MemoryLayout<HandleMagazine>.size + 127) & ~127, alignment: 128)
    let magazine = memory.bindMemory(to: HandleMagazine.self, capacity: 1)
    magazine.initialize(to: HandleMagazine())
    return magazine
  }

  /// The thread does not use the magazine any more. Under the lock of the records.
  static func leave(_ magazine: UnsafeMutablePointer<HandleMagazine>) {
    magazine.pointee.isTaken = false
    if let core = magazine.pointee.core {
      core.magazineBecameIdle(magazine)
    } else {
      magazine.pointee.next = pool
      pool = magazine
    }
  }

  /// The table is no more. Under the lock of the records.
  static func forgetTable(_ magazine: UnsafeMutablePointer<HandleMagazine>) {
    magazine.pointee.core = nil
    magazine.pointee.free = 0
    magazine.pointee.freeCount = 0
    magazine.pointee.limbo = 0
    magazine.pointee.limboCount.store(0, ordering: .relaxed)
    magazine.pointee.sealed = HandleChain()
    magazine.pointee.made.store(0, ordering: .relaxed)
    magazine.pointee.ended.store(0, ordering: .relaxed)
    magazine.pointee.serial.store(0, ordering: .relaxed)
    if !magazine.pointee.isTaken {
      magazine.pointee.next = pool
      pool = magazine
    }
  }
}

/// Slots that were taken out of use together: all of them before the epoch `stamp` ended.
struct HandleChain {
  /// Index + 1 of the first, or 0.
  var head: UInt32 = 0
  var count: UInt32 = 0
  var stamp: UInt64 = 0
}

extension [HandleChain] {
  /// The number of objects in all of the chains.
  var objectCount: Int { reduce(0) { $0 + Int($1.count) } }
}
