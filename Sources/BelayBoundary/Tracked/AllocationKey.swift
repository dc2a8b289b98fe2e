/// The identity of an allocation of C memory. An address comes back after a free; a key never does.
public struct AllocationKey: Hashable, Sendable, BitwiseCopyable {
  /// Counts the allocations of the process.
  public let number: UInt64

  init(number: UInt64) { self.number = number }
}
