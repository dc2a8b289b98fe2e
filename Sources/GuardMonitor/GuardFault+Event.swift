import CGuard

extension GuardFault {
  /// What an event says, with what the process's files and its table tell about it; nil for an event that is no fault.
  init?(_ event: belay_guard_event, in table: GuardTable?) {
    guard let kind = Self.kind(event.kind) else { return nil }
    let record = table?.block(event.block)
    let isFreed = record.map { $0.freed_at != 0 } ?? false
    let isInterrupted = [.useAfterFree, .overflow, .underflow, .wildAccess].contains(kind)
    var calls = [(stack: event.stack, isInterrupted: isInterrupted)]
    if let record { calls.append((record.allocated, false)) }
    if let record, isFreed { calls.append((record.freed, false)) }
    // All at once: to start the symbolizer, and to let it read the debug information, is what costs.
    var stacks = Symbolizer(process: event.process).frames(calls)[...]
    self.kind = kind
    access =
      switch event.access {
      case BELAY_GUARD_ACCESS_READ.rawValue: .read
      case BELAY_GUARD_ACCESS_WRITE.rawValue: .write
      default: .unknown
      }
    address = event.address
    process = event.process
    stack = Stack(thread: event.thread, frames: stacks.removeFirst())
    block = record.map { record in
      Block(
        address: record.address, size: record.size,
        allocated: Stack(thread: record.allocated_by, frames: stacks.removeFirst()),
        freed: isFreed ? Stack(thread: record.freed_by, frames: stacks.removeFirst()) : nil)
    }
  }

  private static func kind(_ kind: UInt32) -> Kind? {
    switch kind {
    case BELAY_GUARD_USE_AFTER_FREE.rawValue: .useAfterFree
    case BELAY_GUARD_OVERFLOW.rawValue: .overflow
    case BELAY_GUARD_UNDERFLOW.rawValue: .underflow
    case BELAY_GUARD_WILD.rawValue: .wildAccess
    case BELAY_GUARD_DOUBLE_FREE.rawValue: .doubleFree
    case BELAY_GUARD_INVALID_FREE.rawValue: .invalidFree
    case BELAY_GUARD_CORRUPTED.rawValue: .corruptedNeighbourhood
    default: nil
    }
  }
}
