import BelayMap
import BelayMemory

/// Looks again and again whether maps, allocators and functions are what they must be, and says so when they are not.
///
///     let monitor = IntegrityMonitor(interval: .seconds(30))
///     monitor.watch(sessions, as: "sessions")
///     monitor.watch(allocator, as: "session memory", limit: 4)
///     …
///     monitor.checkIfDue()        // before an iteration, or once in each round of an event loop
///
/// Whatever is found goes to the handler, and to the policy for misuse when there is none. An alarm is raised once for as long as what it says stays the same.
///
/// Like a map, a monitor belongs to one thread at a time: the thread that uses the maps it watches. It does not keep them alive.
public final class IntegrityMonitor {
  private var checks: [Check] = []
  private var raised: [String: [IntegrityAlarm]] = [:]
  private var lastCheck: ContinuousClock.Instant?
  private let interval: Duration
  private let handler: ((IntegrityAlarm) -> Void)?

  private struct Check {
    let subject: String
    /// What is wrong now; nil when what was watched is gone.
    let run: () -> [IntegrityAlarm]?
  }

  /// Makes a monitor that watches nothing.
  ///
  /// - Parameters:
  ///   - interval: How long `checkIfDue` waits from one check to the next.
  ///   - handler: What is told of alarms; nil for `MisusePolicy.current`.
  public init(interval: Duration = .seconds(60), handler: ((IntegrityAlarm) -> Void)? = nil) {
    self.interval = interval
    self.handler = handler
  }

  /// Watches a map: its header, its tophash rows and chains, its counts, and where its keys' hashes lead.
  ///
  /// - Complexity of a check: Linear in the number of buckets and entries.
  public func watch<Key, Value: ~Copyable>(_ map: BucketMap<Key, Value>, as name: String) {
    add(name) { [weak map] in
      guard let map else { return nil }
      let defects = map.validate()
      return defects.isEmpty
        ? [] : [IntegrityAlarm(kind: .damagedMap, subject: name, detail: Self.summary(defects.map(\.description)))]
    }
  }

  /// Watches how much an allocator holds, against what it holds now.
  ///
  /// After an alarm, what it holds then is the new baseline.
  /// - Parameters:
  ///   - limit: How many times the baseline is too much; more than 1.
  ///   - slack: How many bytes beyond the baseline are never too much.
  /// - Complexity of a check: That of the allocator's report.
  public func watch(_ allocator: SpanAllocator, as name: String, limit: Double, slack: Int = 1 << 20) {
    precondition(limit > 1, "Belay: a limit of \(limit) times the baseline would be an alarm from the beginning")
    var baseline = allocator.report.liveBytes
    add(name) { [weak allocator] in
      guard let allocator else { return nil }
      let live = allocator.report.liveBytes
      guard Double(live) > Double(baseline) * limit, live - baseline > slack else { return [] }
      defer { baseline = live }
      return [
        IntegrityAlarm(
          kind: .allocationsGrew, subject: name,
          detail: "\(live) bytes, with a baseline of \(baseline) and a limit of \(limit) times")
      ]
    }
  }

  /// Watches the canaries around an allocator's blocks.
  ///
  /// - Complexity of a check: Linear in the number of live blocks.
  public func watch(_ canaries: CanaryAllocator, as name: String) {
    add(name) { [weak canaries] in
      canaries?.damages().map { IntegrityAlarm(kind: .canaryOverwritten, subject: name, detail: $0) }
    }
  }

  /// Watches functions for hooks: that their first instructions stay what they are now, and that their names lead where they lead now.
  ///
  /// - Complexity of a check: Linear in the number of functions.
  public func watch(_ functions: FunctionTable) {
    add("functions") { functions.changes() }
  }

  /// Checks all that is watched, and raises an alarm for each thing that is wrong.
  ///
  /// - Returns: All that is wrong, also what an alarm was raised for before.
  @discardableResult
  public func check() -> [IntegrityAlarm] {
    lastCheck = .now
    var all: [IntegrityAlarm] = []
    checks.removeAll { check in
      guard let found = check.run() else {
        raised[check.subject] = nil
        return true
      }
      let known = raised[check.subject] ?? []
      raised[check.subject] = found
      for alarm in found where !known.contains(alarm) { raise(alarm) }
      all += found
      return false
    }
    return all
  }

  /// Checks, unless the last check is less than the interval ago; then it costs a look at the clock.
  @discardableResult
  public func checkIfDue() -> [IntegrityAlarm] {
    if let lastCheck, lastCheck.duration(to: .now) < interval { return [] }
    return check()
  }

  private func add(_ subject: String, _ run: @escaping () -> [IntegrityAlarm]?) {
    checks.append(Check(subject: subject, run: run))
  }

  private func raise(_ alarm: IntegrityAlarm) {
    if let handler {
      handler(alarm)
    } else {
      MisusePolicy.report(MapMisuse(integrityAlarm: alarm.description, of: alarm.subject))
    }
  }

  /// The first few of many.
  private static func summary(_ defects: [String]) -> String {
    let shown = defects.prefix(3).joined(separator: "; ")
    return defects.count > 3 ? "\(shown); and \(defects.count - 3) more" : shown
  }
}
