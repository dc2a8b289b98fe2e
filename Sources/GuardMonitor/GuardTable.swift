import CGuard
import Glibc

/// The table of a guarded process: which blocks are live, which were freed, and by which calls.
///
/// The process goes on writing while it is read, unless it is held at an event.
final class GuardTable {
  let table: UnsafeMutablePointer<belay_guard_table>
  private let byteCount: Int

  /// Maps the table of a process; nil if the process has ended meanwhile, or its guard is of another build.
  init?(process: UInt32, descriptor: UInt32) {
    let file = open("/proc/\(process)/fd/\(descriptor)", O_RDWR | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, Int(status.st_size) >= MemoryLayout<belay_guard_table>.size,
      let memory = mmap(nil, Int(status.st_size), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), memory != MAP_FAILED
    else { return nil }
    // The file's first bytes are the table: the guard made it so, and the check that follows tells whether it did.
    table = memory.assumingMemoryBound(to: belay_guard_table.self)
    byteCount = Int(status.st_size)
    let blockBytes = MemoryLayout<belay_guard_block>.stride
    guard table.pointee.magic == BELAY_GUARD_MAGIC, table.pointee.version == UInt32(BELAY_GUARD_VERSION),
      Int(table.pointee.block_bytes) == blockBytes,
      (byteCount - MemoryLayout<belay_guard_table>.size) / blockBytes >= Int(table.pointee.capacity)
    else {
      munmap(memory, byteCount)
      return nil
    }
  }

  deinit { munmap(table, byteCount) }

  /// A copy of a block's record; nil for a number that is none.
  func block(_ index: UInt32) -> belay_guard_block? {
    index < min(belay_guard_used(table), table.pointee.capacity) ? belay_guard_block_at(table, index).pointee : nil
  }

  /// Lets the process go on after an event.
  func resume(after event: UInt64) { belay_guard_resume(table, event) }
}
