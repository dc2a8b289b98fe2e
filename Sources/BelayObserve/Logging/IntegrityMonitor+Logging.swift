import Logging

extension IntegrityMonitor {
  /// Makes a monitor that writes alarms to a logger, with kind and subject as metadata.
  ///
  /// - Parameters:
  ///   - interval: How long `checkIfDue` waits from one check to the next.
  ///   - logger: Where alarms go.
  ///   - level: At which level.
  public convenience init(interval: Duration = .seconds(60), logger: Logger, level: Logger.Level = .critical) {
    self.init(interval: interval) { alarm in
      logger.log(level: level, "\(alarm)", metadata: ["kind": "\(alarm.kind)", "subject": "\(alarm.subject)"])
    }
  }
}
