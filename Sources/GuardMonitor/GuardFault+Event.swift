import CGuard

extension GuardFault {
  /// What an event says, with what the process's files and its table tell about it; nil for an event that is no fault.
  init?(_ event: belay_guard_event, in table: GuardTable?) {
    guard let kind = Self.kind(event.kind) else { return nil }
    let symbolizer = Symbolizer(process: event.process)
    let isInterrupted = [.useAfterFree, .overflow, .underflow, .wildAccess].contains(kind)
    self.kind = kind
    access =
      switch event.access {
      case BELAY_GUARD_ACCESS_READ.rawValue: .read
      case BELAY_GUARD_ACCESS_WRITE.rawValue: .write
      default: .unknown
      }
    address = event.address
    process = event.process
    stack = Stack(
      thread: event.thread, frames: symbolizer.frames(event.stack, isInterrupted: isInterrupted))
    block = table?.block(event.block).map { block in
      Block(
        address: block.address, size: block.size,
        allocated: Stack(
          thread: block.allocated_by, frames: symbolizer.frames(block.allocated, isInterrupted: false)),
        freed: block.freed_at == 0
          ? nil
          : Stack(thread: block.freed_by, frames: symbolizer.frames(block.freed, isInterrupted: false)))
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
