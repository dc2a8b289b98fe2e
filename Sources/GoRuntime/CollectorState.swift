import Foundation
import ProcessImage

/// What Go's collector says of itself: how many cycles it has finished, and when.
public struct CollectorState: Sendable {
  /// How many cycles have ended.
  public let cycles: Int
  /// When the last cycles ended, by their numbers, in nanoseconds since 1970. The runtime keeps 256.
  public let ends: [Int: Int64]
  /// When the runtime started, in nanoseconds since 1970, as this machine's clocks stand now; nil for a core dump.
  public let runtimeStart: Int64?

  /// Reads the runtime's counts. They are read again while a cycle ends in between.
  init(_ image: ProcessImage, _ types: TypeTable, _ variables: [String: DwarfInfo.Variable]) throws(ImageFailure) {
    guard let statistics = variables["runtime.memstats"] else {
      throw ImageFailure(
        "cannot read the Go runtime", "it has no variable runtime.memstats",
        "report this Go version, or use a newer release of belay")
    }
    let name = types[types.type(entry: statistics.type)].name
    let layout = try StructLayout(types, name)
    let base = statistics.address &+ image.loadBias
    let count = base &+ (try layout.offset("numgc"))
    let list = base &+ (try layout.offset("pause_end"))
    let places = min(layout.size(of: "pause_end") / 8, 4096)
    guard places > 0 else {
      throw ImageFailure(
        "cannot read the Go runtime", "its list of collection cycles has no length",
        "give the program of the same build, undamaged, with --exe")
    }
    var cycles: UInt32?
    var ends: [Int: Int64] = [:]
    for _ in 0..<8 where cycles == nil {
      guard let before = image.value(count, as: UInt32.self), let bytes = image.bytes(list, Int(places) * 8) else {
        break
      }
      ends.removeAll()
      // Cycle n stands at place n - 1 of a ring.
      for number in max(1, Int(before) - Int(places) + 1)..<(Int(before) + 1) {
        let place = (number - 1) % Int(places) * 8
        let end = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: Int64.self) }
        if end > 0 { ends[number] = end }
      }
      if image.value(count, as: UInt32.self) == before { cycles = before }
    }
    guard let cycles else {
      throw ImageFailure(
        "cannot read the Go runtime", "its counts of collection cycles changed each time they were read",
        "try again, or use --stop")
    }
    self.cycles = Int(cycles)
    self.ends = ends
    runtimeStart = variables["runtime.runtimeInitTime"].flatMap { variable in
      guard image.isLive, let start = image.value(variable.address &+ image.loadBias, as: Int64.self), start > 0 else {
        return nil
      }
      // The runtime counts on the clock that does not jump; what that clock says now, and what the other, tells the start.
      return CollectorState.now(CLOCK_REALTIME) &- (CollectorState.now(CLOCK_MONOTONIC) &- start)
    }
  }

  private static func now(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Reads the state without the heap.
  public init(_ image: ProcessImage) throws(ImageFailure) {
    let info = try GoInspection.debuggingInformation(image)
    guard !info.variables.isEmpty else {
      throw ImageFailure(
        "cannot read the collector's clock from \(image.executablePath)",
        "it was stripped of its debugging information",
        "leave --pid out, or run the same build before it was stripped")
    }
    try self.init(
      image, TypeTable(image, info),
      Dictionary(info.variables.filter { $0.name.hasPrefix("runtime.") }.map { ($0.name, $0) }) { $1 })
  }
}
