import Diagnosis

/// A map that holds memory which was freed, and which nobody has touched yet: the fault before it strikes.
public struct GuardHolding: Sendable, Equatable, Codable {
  /// When the map was looked at.
  public enum Moment: String, Sendable, Codable {
    /// While the program ran; the memory had been freed for at least the time between two looks.
    case running
    /// When the program was about to end.
    case end
  }

  /// The process.
  public let process: UInt32
  /// When the map was looked at.
  public let moment: Moment
  /// The map.
  public let holder: MapHolder
  /// The block, of those that it holds, that was freed first.
  public let oldest: GuardBlock
  /// How many freed blocks it holds.
  public let blocks: Int

  /// The finding as one sentence, with the call that freed the oldest block.
  public var summary: String {
    let what = "freed memory in a map: \(blocks) freed \(blocks == 1 ? "block is" : "blocks are") still in a map"
    guard let place = oldest.freed?.place else { return what }
    return "\(what), \(blocks == 1 ? "freed" : "the first freed") in \(place.shortDescription)"
  }

  /// The whole report, with a line end behind each line.
  public var text: String {
    var lines = ["belay guard: \(summary)"]
    lines.append("  held by \(holder.text)")
    lines.append(
      "  the \(blocks == 1 ? "block" : "oldest") has \(oldest.text); looked at \(moment == .end ? "at the end" : "in the midst") of process \(process)"
    )
    lines += oldest.stackLines
    return lines.map { $0 + "\n" }.joined()
  }
}
