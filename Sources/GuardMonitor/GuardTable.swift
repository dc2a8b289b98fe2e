import CGuard
import Foundation

/// The table of a guarded process: which blocks are live, which were freed, and by which calls.
///
/// The process goes on writing while it is read, unless it is held at an event.
final class GuardTable {
  let table: UnsafeMutablePointer<belay_guard_table>
  private let byteCount: Int
  private let process: UInt32
  private let descriptor: UInt32

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
    self.process = process
    self.descriptor = descriptor
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

  /// Whether the process still has memory that can be looked at.
  var isRunning: Bool {
    // Behind the name, which is in brackets and can hold anything: the state.
    let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    let state = stat?.split(separator: ")").last?.first { $0 != " " }
    return state != nil && state != "Z" && state != "X"
  }

  /// Whether files of the process can be taken over, so that its end can be announced.
  var canTakeFiles: Bool {
    let copy = belay_exits_take(process, CInt(bitPattern: descriptor))
    guard copy >= 0 else { return false }
    close(copy)
    return true
  }

  /// Has the process wait at its end. Of use while it is held at its first event.
  func holdExits() { belay_guard_hold_exits(table) }

  /// A copy of a block's record; nil for a number that is none.
  func block(_ index: UInt32) -> belay_guard_block? {
    index < min(belay_guard_used(table), table.pointee.capacity) ? belay_guard_block_at(table, index).pointee : nil
  }

  /// The blocks that are freed and inaccessible, by the number of their records.
  ///
  /// - Complexity: Linear in the number of records.
  func freedBlocks() -> [(index: UInt32, block: belay_guard_block)] {
    (0..<min(belay_guard_used(table), table.pointee.capacity)).compactMap { index in
      let block = belay_guard_block_at(table, index)
      guard let block, belay_guard_state_of(block) == BELAY_GUARD_FREED.rawValue else { return nil }
      return (index, block.pointee)
    }
  }

  /// Lets the process go on after an event.
  func resume(after event: UInt64) { belay_guard_resume(table, event) }
}
