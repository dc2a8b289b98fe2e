/// What an `EpochDomain` has in hand, at one time.
public struct EpochReport: Sendable, Equatable {
  /// The epoch.
  public let epoch: UInt64
  /// The oldest epoch that a pin has announced; nil when nothing is pinned. Nothing retired in it or later can go.
  public let oldestPinned: UInt64?
  /// The system's number of the thread that took this pin, zero when nothing is pinned or the thread has ended.
  public let oldestPinnedThread: UInt64
  /// Retired things whose end has not run.
  public internal(set) var waitingCount = 0
  /// The bytes of these.
  public internal(set) var waitingBytes = 0
  /// Those of them that only wait for their turn, as no reader can see them.
  public internal(set) var readyCount = 0
  /// Things whose end has run or is running so far.
  public internal(set) var endedCount = 0
  /// The bytes of these.
  public internal(set) var endedBytes = 0

  init(epoch: UInt64, oldestPinned: UInt64?, oldestPinnedThread: UInt64) {
    self.epoch = epoch
    self.oldestPinned = oldestPinned
    self.oldestPinnedThread = oldestPinnedThread
  }
}
