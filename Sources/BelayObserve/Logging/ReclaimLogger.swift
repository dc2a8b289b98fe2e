import BelayMemory
import Logging

extension SweepLog {
  /// Has each sweep cycle written to a logger when it ends, with its fields as metadata. It takes the place of `observer`.
  ///
  ///     SweepLog.log(to: Logger(label: "memory"))
  ///
  /// - Parameters:
  ///   - logger: Where to; it must not use what retires memory.
  ///   - level: At which level. The least is a good one: cycles are frequent.
  public static func log(to logger: Logger, level: Logger.Level = .debug) {
    observer = { cycle in
      logger.log(
        level: level, "\(cycle)",
        metadata: [
          "cycle": "\(cycle.number)", "kind": "\(cycle.kind)", "retired": "\(cycle.retiredBytes)",
          "released": "\(cycle.releasedBytes)", "waiting": "\(cycle.waitingBytes)", "slices": "\(cycle.slices)",
          "nanoseconds": "\(cycle.duration)",
        ])
    }
  }
}
