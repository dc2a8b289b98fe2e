/// A goroutine of the inspected program.
public struct Goroutine: Sendable {
  /// A call that has not returned.
  public struct Frame: Sendable {
    /// The function's name.
    public let function: String
    /// The addresses of the stack that belong to it.
    public let range: Range<UInt64>
  }

  /// The number that Go prints.
  public let id: UInt64
  /// What it does: running, waiting, in a system call.
  public let state: String
  /// The function it was started with.
  public let start: String
  /// The calls, innermost first, as far as they could be followed.
  public let frames: [Frame]
  /// The part of the stack that is in use.
  public let stack: Range<UInt64>
  /// Whether it is not known where its stack ends, so that all of it was read and old values in it may count.
  public let isStackWhole: Bool
}
