import Foundation
import GoRuntime
import ProcessImage

/// Collection cycles and profiles of one run of a program on one time line, and what grew from one profile to the next.
public struct Correlation: Codable, Sendable {
  /// A profile on the time line.
  public struct Profile: Codable, Sendable {
    /// Where it was read from.
    public var path: String
    /// Its form.
    public var form: ProfileFile.Form
    /// When it was taken, in seconds since the runtime started; nil where it does not say, or the clock is not known.
    public var seconds: Double?
    /// The last cycle that had ended when it was taken: what it calls in use is no newer. 0 is before the first; nil where it cannot be told.
    public var cycle: Int?
    /// Another cycle that it may be, since the clock is not known more exactly.
    public var orCycle: Int?
    /// Whether the profile itself names the cycle.
    public var namesCycle: Bool
    /// Bytes in use, of the heap or of maps.
    public var bytes: Double
    /// Objects or entries in use.
    public var objects: Double
  }

  /// What one function or map type has more than before.
  public struct Growth: Codable, Sendable {
    /// The function, or the type as Go writes it.
    public var name: String
    /// By how many bytes it grew; less than zero if it shrank.
    public var bytes: Double
    /// By how many objects or entries.
    public var objects: Double
    /// How many bytes it has now.
    public var now: Double
  }

  /// What changed from one profile to the next of the same kind.
  public struct Step: Codable, Sendable {
    /// The number of the earlier profile in ``profiles``.
    public var from: Int
    /// The number of the later one.
    public var to: Int
    /// By function, the most growth first.
    public var functions: [Growth]
    /// By map type, the most growth first.
    public var mapTypes: [Growth]
  }

  /// The version of this form.
  public var version = 1
  /// The log.
  public var log: String
  /// When the runtime started; nil where nothing tells.
  public var clock: ProgramClock?
  /// What told it.
  public var clockSource: String
  /// The cycles of the log.
  public var cycles: [CollectionCycle]
  /// The profiles in the order of their time; those without one in the order in which they were given, behind the others.
  public var profiles: [Profile]
  /// What changed.
  public var steps: [Step]
  /// What is missing, and which answers suffer.
  public var notes: [String]

  /// Puts everything on one time line.
  /// - Parameters:
  ///   - state: What the process itself says, where it still runs.
  public init(log: CollectionLog, path: String, files: [ProfileFile], state: CollectorState? = nil) {
    self.log = path
    cycles = log.cycles
    notes = []
    if log.runs > 1 { notes.append("the log holds \(log.runs) runs of a program: the last is used") }
    if log.damagedLines > 0 {
      notes.append("\(log.damagedLines) lines of the log are damaged cycles and were left out")
    }
    var ends: [Int: Int64] = [:]
    for file in files { ends.merge(file.cycleEnds) { first, _ in first } }
    let fromProfiles = ends.count
    if let state { ends.merge(state.ends) { $1 } }
    clock = ProgramClock(log.cycles, ends: ends)
    clockSource = state == nil ? "the ends of cycles in the profiles" : "the ends of cycles in the process"
    if clock == nil, let start = state?.runtimeStart {
      clock = ProgramClock(start: start, uncertainty: 0.01)
      clockSource = "the start of the process's runtime"
    }
    if clock == nil {
      clockSource = "nothing"
      notes.append(
        fromProfiles > 0
          ? "no cycle of the log has an end in the profiles: they may be of another run"
          : "nothing tells when the program started: give --pid while it runs, or a profile with debug=1 or of 'belay watch'"
      )
    } else if let clock, clock.uncertainty > 1 {
      notes.append(
        "the ends of cycles in the log and in the profiles differ by up to \(Correlation.seconds(2 * clock.uncertainty)): they may be of different runs"
      )
    }
    let placed = Correlation.place(files, log.cycles, ends, clock)
    profiles = placed.map(\.profile)
    steps = Correlation.steps(placed.map(\.file))
    if placed.contains(where: { $0.profile.orCycle != nil }) {
      notes.append("a profile with two cycles was taken so close to the end of one that the clock cannot tell")
    }
  }

  private static func place(
    _ files: [ProfileFile], _ cycles: [CollectionCycle], _ ends: [Int: Int64], _ clock: ProgramClock?
  ) -> [(file: ProfileFile, profile: Profile)] {
    // For each cycle its end, by the wall clock where that is known, and by how much it may be wrong.
    let known = cycles.map { cycle -> (number: Int, end: Double, error: Double) in
      if let clock, let end = ends[cycle.number] { return (cycle.number, clock.seconds(end), 0.0005) }
      return (cycle.number, cycle.end + cycle.slack / 2, (clock?.uncertainty ?? 0) + cycle.slack / 2)
    }
    let placed = files.enumerated().map {
      order, file -> (order: Int, key: Double, file: ProfileFile, profile: Profile) in
      var seconds = file.time.flatMap { time in clock.map { $0.seconds(time) } }
      var cycle = file.cycle
      var other: Int?
      if cycle == nil, let seconds {
        let before = known.last { $0.end <= seconds }
        let after = known.first { $0.end > seconds }
        cycle = before?.number ?? (known.first.map { $0.number - 1 } ?? 0)
        if let after, after.end - seconds <= after.error {
          other = after.number
        } else if let before, seconds - before.end <= before.error {
          other = before.number - 1
        }
      }
      if seconds == nil, file.form == .text, let cycle {
        // The text form has no time of its own: it stands at the end of its cycle.
        seconds = known.first { $0.number == cycle }?.end
      }
      let key = seconds ?? cycle.flatMap { number in known.first { $0.number == number }?.end } ?? .infinity
      return (
        order, key, file,
        Profile(
          path: file.path, form: file.form, seconds: seconds, cycle: cycle, orCycle: other,
          namesCycle: file.cycle != nil,
          bytes: file.total.bytes, objects: file.total.objects)
      )
    }
    return placed.sorted { ($0.key, $0.order) < ($1.key, $1.order) }.map { ($0.file, $0.profile) }
  }

  private static func steps(_ files: [ProfileFile]) -> [Step] {
    // Maps are held against maps, and heap profiles against heap profiles.
    [true, false].flatMap { isMaps -> [Step] in
      let numbers = files.indices.filter { (files[$0].form == .maps) == isMaps }
      return zip(numbers, numbers.dropFirst()).map { from, to in
        Step(
          from: from, to: to, functions: growth(files[from].functions, files[to].functions),
          mapTypes: growth(files[from].mapTypes, files[to].mapTypes))
      }
    }.sorted { ($0.to, $0.from) < ($1.to, $1.from) }
  }

  private static func growth(_ old: [String: ProfileFile.Use], _ new: [String: ProfileFile.Use]) -> [Growth] {
    Set(old.keys).union(new.keys).compactMap { name in
      let (before, after) = (old[name] ?? ProfileFile.Use(), new[name] ?? ProfileFile.Use())
      // Estimates of the two forms may differ by less than a byte.
      guard abs(before.bytes - after.bytes) >= 1 || abs(before.objects - after.objects) >= 1 else { return nil }
      return Growth(
        name: name, bytes: after.bytes - before.bytes, objects: after.objects - before.objects, now: after.bytes)
    }.sorted { ($0.bytes, $0.objects, $1.name) > ($1.bytes, $1.objects, $0.name) }
  }

  /// A time in a unit that fits.
  static func seconds(_ value: Double) -> String {
    abs(value) < 1
      ? "\((value * 10_000).rounded() / 10) ms" : "\((value * 1000).rounded() / 1000) s"
  }
}
