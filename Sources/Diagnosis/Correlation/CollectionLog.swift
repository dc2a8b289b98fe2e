import Foundation
import ProcessImage

/// The collection cycles of one run of a program, from a log in which its collector's trace stands.
public struct CollectionLog: Sendable {
  /// The cycles, by number.
  public private(set) var cycles: [CollectionCycle] = []
  /// How many runs of a program wrote to the log; the cycles are those of the last.
  public private(set) var runs = 0
  /// How many lines begin as a cycle does and are none.
  public private(set) var damagedLines = 0

  /// Reads a log file.
  public init(path: String) throws(ImageFailure) {
    let block = try ByteBlock(contentsOf: path, limit: ProfileFile.sizeLimit)
    self.init(text: String(decoding: block.bytes, as: UTF8.self))
    if cycles.isEmpty {
      throw ImageFailure(
        "cannot use \(path)", "it has no line of the collector's trace",
        "run the program with GODEBUG=gctrace=1, and give what it wrote to standard error")
    }
  }

  /// Reads the text of a log.
  public init(text: String) {
    for line in text.split(whereSeparator: \.isNewline) {
      // A line of a log may be anything, also megabytes of one word.
      let line = line.prefix(1000)
      guard let place = line.firstRange(of: "gc ") else { continue }
      let rest = line[place.lowerBound...]
      guard let cycle = CollectionCycle(line: rest) else {
        if rest.contains("ms clock") || rest.prefixMatch(of: /gc [0-9]+ @[0-9]/) != nil { damagedLines += 1 }
        continue
      }
      // Numbers go up within a run; a process that starts again begins anew.
      if let last = cycles.last, cycle.number <= last.number || cycle.start < last.start {
        cycles.removeAll()
        runs += 1
      }
      cycles.append(cycle)
    }
    if !cycles.isEmpty { runs += 1 }
  }
}
