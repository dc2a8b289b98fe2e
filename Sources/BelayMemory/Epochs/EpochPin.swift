import CEpoch

/// A pin of an `EpochDomain` that lasts as long as this value.
public struct EpochPin: ~Copyable, @unchecked Sendable {
  // Sendable holds because any thread may clear the slot: its owner takes it again only when it is clear.
  @usableFromInline let slot: UnsafeMutablePointer<belay_epoch_slot>
  // A domain with pins does not end.
  @usableFromInline let domain: EpochDomain

  @inlinable @inline(__always)
  init(_ slot: UnsafeMutablePointer<belay_epoch_slot>, _ domain: EpochDomain) {
    self.slot = slot
    self.domain = domain
  }

  @inlinable @inline(__always)
  deinit { belay_epoch_leave(slot) }
}
