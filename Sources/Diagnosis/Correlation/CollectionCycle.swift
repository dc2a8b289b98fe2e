/// A collection cycle as a line of the collector's trace (`GODEBUG=gctrace=1`) tells it.
public struct CollectionCycle: Codable, Sendable, Equatable {
  /// Its number: the first of a process is 1.
  public var number: Int
  /// When it started, in seconds since the runtime did.
  public var start: Double
  /// When it ended, in seconds since the runtime did: its start and the three spans of its clock.
  public var end: Double
  /// How much later than ``end`` it may really have ended: the trace cuts digits off.
  public var slack: Double
  /// The heap when it started, in megabytes.
  public var heapBefore: Int
  /// The heap when it ended, in megabytes.
  public var heapAfter: Int
  /// What of the heap it found in use, in megabytes.
  public var live: Int
  /// The size of the heap at which it was meant to end, in megabytes.
  public var goal: Int
  /// Whether the program asked for it.
  public var isForced: Bool
  /// How long the program stood still at its start and at its end, in milliseconds.
  public var pauses: [Double]

  /// Reads a line; nil for a line that holds no cycle. Text in front of it, as loggers write it, is passed over.
  ///
  /// The form is that of package runtime's documentation: `gc 5 @0.347s 1%: 0.080+1.9+0.007 ms clock, … ms cpu, 7->7->7 MB, 12 MB goal, …`.
  init?(line: Substring) {
    guard let match = line.firstMatch(of: CollectionCycle.form), let number = Int(match.1), number > 0,
      let start = Double(match.2), start < 1e12
    else { return nil }
    let spans = match.3.split(separator: "+")
    let clock = spans.compactMap { Double($0) }
    let heap = match.4.split(separator: "->").compactMap { Int($0) }
    guard clock.count == 3, heap.count == 3, clock.allSatisfy({ $0 < 1e12 }), let goal = Int(match.5) else {
      return nil
    }
    self.number = number
    self.start = start
    end = start + clock.reduce(0, +) / 1000
    // A whole number of milliseconds is what the start is cut to, the last digit that is there what each span is.
    slack = 0.001 + spans.reduce(0) { $0 + CollectionCycle.lastDigit($1) } / 1000
    (heapBefore, heapAfter, live) = (heap[0], heap[1], heap[2])
    self.goal = goal
    isForced = line.contains("(forced)")
    pauses = [clock[0], clock[2]]
  }

  /// The worth of a number's last digit.
  private static func lastDigit(_ text: Substring) -> Double {
    guard let point = text.firstIndex(of: ".") else { return text == "0" ? 0.001 : 1 }
    return (1...max(1, min(9, text.distance(from: point, to: text.endIndex) - 1))).reduce(1) { worth, _ in worth / 10 }
  }

  // Unsafe: a regular expression is never written to; the standard library does not say so yet.
  nonisolated(unsafe) private static let form =
    /\bgc ([0-9]+) @([0-9.]+)s [0-9.]+%: ([0-9.+]+) ms clock, [0-9.+\/]+ ms cpu, ([0-9]+->[0-9]+->[0-9]+) MB, ([0-9]+) MB goal/
}
