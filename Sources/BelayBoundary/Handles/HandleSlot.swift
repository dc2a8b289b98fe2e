import Synchronization

/// A slot of a handle table: 16 bytes that never move as long as the table lives.
@usableFromInline
struct HandleSlot: ~Copyable {
  /// See `HandleBits`.
  @usableFromInline let state = Atomic<UInt64>(0)
  /// The object, as long as the slot is live and until no reader can still hold it.
  @usableFromInline let object = Atomic<UInt>(0)

  init() {}
}
