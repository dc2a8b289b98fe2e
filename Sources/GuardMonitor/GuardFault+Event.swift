import CGuard

extension GuardFault {
  /// What an event says, with what the process's files and its table tell about it; nil for an event that is no fault.
  init?(_ event: belay_guard_event, in table: GuardTable?) {
    guard let kind = Self.kind(event.kind) else { return nil }
    let record = table?.block(event.block)
    let isInterrupted = [.useAfterFree, .overflow, .underflow, .wildAccess].contains(kind)
    // All at once: to start the symbolizer, and to let it read the debug information, is what costs.
    let told = Symbolizer(process: event.process).tell(
      [(event.thread, event.stack, isInterrupted)], blocks: record.map { [$0] } ?? [])
    self.kind = kind
    access =
      switch event.access {
      case BELAY_GUARD_ACCESS_READ.rawValue: .read
      case BELAY_GUARD_ACCESS_WRITE.rawValue: .write
      default: .unknown
      }
    address = event.address
    process = event.process
    stack = told.stacks[0]
    block = told.blocks.first
    let maps = record.map { HeldProcess.holders(of: [$0.range], in: event.process) }
    holders = maps?.holders ?? []
    limitations = maps?.limitations ?? []
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
