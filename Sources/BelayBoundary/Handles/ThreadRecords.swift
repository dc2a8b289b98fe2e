import BelayMemory
import CBelay
import Locks

/// The records of all threads that make or end handles. A thread gets one at its first use and gives it back when it ends; there may be any number.
///
/// A thread that uses a table while it ends, after its record went back (in the destructor of a thread-local variable), gets one for the length of each
/// operation.
@usableFromInline
enum ThreadRecords {
  /// Guards the list, and which magazine belongs to whom. Taken before a table's own lock, never after it.
  static let lock = Mutex()

  nonisolated(unsafe) private static var idle: ThreadRecord?  // under the lock
  nonisolated(unsafe) private static var takenCount = 0  // under the lock

  /// How many threads have a record.
  static var active: Int { lock.locked { takenCount } }

  /// Calls a function while the thread has a record.
  @usableFromInline @inline(never)
  static func whileRegistered<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if belay_thread_get() == nil {
      let record = take()
      belay_thread_set(record.base)
      if belay_thread_is_ending() != 0 {
        defer { giveBack() }
        return try body()
      }
      let error = belay_thread_at_end(record.base) { _ in ThreadRecords.giveBack() }
      precondition(error == 0, "Belay: the system has no room for a thread's record: \(error)")
    }
    return try body()
  }

  /// Gives the calling thread's record back, with the magazines that it has.
  static func giveBack() {
    guard let record = ThreadRecord.current else { return }
    lock.locked {
      for place in 0..<ThreadRecord.placeCount {
        guard let magazine = record.magazine(place * 8).pointee else { continue }
        HandleMagazine.leave(magazine)
        record.magazine(place * 8).pointee = nil
      }
      record.nextIdle.pointee = idle?.base
      idle = record
      takenCount -= 1
      belay_thread_set(nil)
    }
  }

  private static func take() -> ThreadRecord {
    lock.locked {
      takenCount += 1
      if let waiting = idle {
        idle = waiting.nextIdle.pointee.map(ThreadRecord.init)
        return waiting
      }
      let memory = UnsafeMutableRawPointer.allocate(byteCount: ThreadRecord.byteCount, alignment: 128)
      memory.initializeMemory(as: UInt64.self, repeating: 0, count: ThreadRecord.byteCount / 8)
      return ThreadRecord(base: memory)
    }
  }
}
