/// Where a thread stood when it was looked at.
public struct ThreadState: Sendable {
  /// The thread's number in the system.
  public let id: Int32
  /// The program counter.
  public let programCounter: UInt64
  /// The stack pointer.
  public let stackPointer: UInt64
}
