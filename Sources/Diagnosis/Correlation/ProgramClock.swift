/// When the program's runtime started, in nanoseconds since 1970: what the trace counts from.
///
/// Each cycle whose end is known by the wall clock and by the trace gives an interval in which the start lies, since the trace cuts off digits. The start
/// lies in all of them. Where no place does, a clock was set or drifted meanwhile: then the middle one counts, and the uncertainty covers all.
public struct ProgramClock: Codable, Sendable, Equatable {
  /// The start.
  public var start: Int64
  /// By how many seconds it may be wrong, in both directions.
  public var uncertainty: Double
  /// How many cycles it was told from.
  public var cycles: Int

  /// The two clocks of a program are read one after the other, and a thread may have to wait in between.
  private static let readingGap = 0.0005

  /// Finds the start; nil if no cycle has both ends.
  init?(_ cycles: [CollectionCycle], ends: [Int: Int64]) {
    var intervals: [(low: Double, high: Double)] = []
    var base: Int64?
    for cycle in cycles {
      guard let end = ends[cycle.number], end > 0 else { continue }
      // Nanoseconds since 1970 do not fit a Double: the differences do.
      let origin = base ?? end
      base = origin
      let (distance, overflow) = end.subtractingReportingOverflow(origin)
      guard !overflow else { continue }
      let latest = Double(distance) / 1e9 - cycle.end
      intervals.append((latest - cycle.slack - ProgramClock.readingGap, latest + ProgramClock.readingGap))
    }
    guard let base, !intervals.isEmpty else { return nil }
    let low = intervals.map(\.low).max() ?? 0
    let high = intervals.map(\.high).min() ?? 0
    let middle: Double
    if low <= high {
      middle = (low + high) / 2
      uncertainty = (high - low) / 2
    } else {
      middle = intervals.map { ($0.low + $0.high) / 2 }.sorted()[intervals.count / 2]
      uncertainty = intervals.map { max(middle - $0.low, $0.high - middle) }.max() ?? 0
    }
    guard let offset = Int64(exactly: (middle * 1e9).rounded()), !base.addingReportingOverflow(offset).overflow else {
      return nil
    }
    start = base + offset
    self.cycles = intervals.count
  }

  /// A start that is known otherwise.
  init(start: Int64, uncertainty: Double) {
    self.start = start
    self.uncertainty = uncertainty
    cycles = 0
  }

  /// The seconds from the start to a time.
  func seconds(_ time: Int64) -> Double {
    let (distance, overflow) = time.subtractingReportingOverflow(start)
    return overflow ? 0 : Double(distance) / 1e9
  }
}
