import CGuard

/// Holds the freed blocks of a process against its maps, again and again.
struct GuardAudit {
  /// A freed block: its record, and when it was freed, so that a record that is used again is told from it.
  private struct Freed: Hashable {
    let index: UInt32
    let freedAt: UInt64
  }
  private struct Reported: Hashable {
    let map: UInt64
    let block: Freed
  }

  private let process: UInt32
  /// What was freed already when the process was looked at last.
  private var known: Set<Freed> = []
  private var reported: Set<Reported> = []
  private var notes: Set<String> = []

  init(process: UInt32) { self.process = process }

  /// The maps that hold freed blocks and have not been reported with them.
  ///
  /// While the process runs only blocks count that were freed at the last look too: who frees memory and then removes its entry needs a moment.
  mutating func look(_ table: GuardTable, _ moment: GuardHolding.Moment) -> [GuardReport] {
    let freed = table.freedBlocks().map { (key: Freed(index: $0.index, freedAt: $0.block.freed_at), block: $0.block) }
    defer { known = Set(freed.map(\.key)) }
    let candidates = freed.filter { moment == .end || known.contains($0.key) }
    guard !candidates.isEmpty else { return [] }
    let found = HeldProcess.holders(of: candidates.map(\.block.range), in: process)
    var reports: [GuardReport] = []
    for note in found.limitations where notes.insert(note).inserted { reports.append(.note(note)) }
    for holder in found.holders {
      // A block that was given out again meanwhile is another one.
      let held = holder.blocks.keys.map { candidates[$0] }.filter {
        table.block($0.key.index).map { $0.freed_at } == $0.key.freedAt
      }
      let isNew = held.contains { !reported.contains(Reported(map: holder.address, block: $0.key)) }
      guard isNew, let oldest = held.min(by: { $0.key.freedAt < $1.key.freedAt }) else { continue }
      reported.formUnion(held.map { Reported(map: holder.address, block: $0.key) })
      let told = Symbolizer(process: process).tell([], blocks: [oldest.block])
      reports.append(
        .holding(
          GuardHolding(
            process: process, moment: moment, holder: holder, oldest: told.blocks[0], blocks: held.count)))
    }
    return reports
  }
}
