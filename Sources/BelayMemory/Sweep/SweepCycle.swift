/// What became of one piece of retired memory, from when it was retired to when all of it had gone back.
///
/// Cycles are numbered through the process in the order in which they begin; they may overlap and end in another order.
public struct SweepCycle: Sendable, Equatable {
  /// What was retired.
  public enum Kind: Sendable, Equatable {
    /// The old buckets of a map that moved to others; they go back as the entries leave them.
    case growth
    /// A large block, for instance of a map that was dropped.
    case block
    /// A batch of an `EpochDomain`, which waits for readers first.
    case batch
  }

  /// The number of the cycle, from 1.
  public let number: UInt64
  /// What was retired.
  public let kind: Kind
  /// Nanoseconds from the start of the process's first use of the sweeper to the beginning of the cycle.
  public let start: UInt64
  /// Nanoseconds from the beginning to the end.
  public internal(set) var duration: UInt64 = 0
  /// Bytes that were retired.
  public let retiredBytes: Int
  /// Bytes that had gone back at the end: fewer than were retired when the end of something is not known to the sweeper.
  public internal(set) var releasedBytes = 0
  /// How many pieces they went back in.
  public internal(set) var slices = 0
  /// Nanoseconds that the longest of these pieces took; zero when the pieces were not timed.
  public internal(set) var longestSlice: UInt64 = 0
  /// Bytes that still waited where this was retired when the cycle ended: for readers, or for their turn.
  public internal(set) var waitingBytes = 0
  /// The most bytes that may wait there before who retires more gives some back first; nil where nothing waits for its turn.
  public internal(set) var goalBytes: Int?

  init(number: UInt64, kind: Kind, start: UInt64, retiredBytes: Int) {
    self.number = number
    self.kind = kind
    self.start = start
    self.retiredBytes = retiredBytes
  }
}

extension SweepCycle: CustomStringConvertible {
  /// The cycle as one line, in the manner of Go's gctrace; `docs/observe.md` explains it field by field.
  public var description: String {
    "reclaim \(number) @\(Self.decimal(start / 1_000_000))s: \(kind),"
      + " \(Self.mebibytes(retiredBytes))->\(Self.mebibytes(releasedBytes))->\(Self.mebibytes(waitingBytes)) MiB,"
      + " \(goalBytes.map { Self.mebibytes($0) } ?? "-") MiB goal, \(slices) slices,"
      + " \(Self.decimal(longestSlice / 1000)) ms longest, \(Self.decimal(duration / 1000)) ms"
  }

  private static func mebibytes(_ bytes: Int) -> String { decimal((UInt64(max(0, bytes)) * 1000) >> 20) }

  /// Thousandths, with three places.
  private static func decimal(_ thousandths: UInt64) -> String {
    let rest = String(thousandths % 1000)
    return "\(thousandths / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
  }
}
