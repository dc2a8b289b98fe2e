import Findings

/// A function stores an entry, and removes it again at its end, but a return or panic in between skips the removal.
///
/// Silent where the removal is deferred, and where the way out comes after it in the source: there the function keeps the entry on purpose.
/// Silent too where the way out calls what removes the entry under a condition, as a `Close` that may run twice does.
struct ThrowSkipsRemoval: Rule {
  let info = RuleDescription(
    id: "BM019", name: "throw-skips-removal", severity: .yellow, languages: [.go, .swift],
    summary: "An early way out skips the removal of an entry.",
    page: String(decoding: PackageResources.BM019_md, as: UTF8.self))

  /// The removal of the entry of an event that the exit of the event skips.
  static func removal(skippedBy event: FlowEvent, _ report: FlowReport) -> FlowEvent? {
    guard event.at != .none, report.result.sites[event.at].inner == nil else { return nil }
    let exit = report.result.sites[event.at].range
    return report.result.events.first { removal in
      guard removal.kind == .removed, removal.map == event.map, removal.key == event.key,
        removal.stored == event.stored, !removal.isDeferred, !report.areInOneCall(removal.at, event.stored)
      else { return false }
      let range = report.result.sites[removal.at].range
      return exit.file == range.file && exit.start < range.start
    }
  }

  func findings(in analysis: Analysis) -> [Finding] {
    var result: [Finding] = []
    for report in FlowReport.all(analysis, with: [.storedAtExit]) {
      var seen: Set<SiteID> = []
      for event in report.result.events where event.kind == .storedAtExit && holdsAddress(event, report) {
        guard let removal = Self.removal(skippedBy: event, report), !isTiedToRelease(event, report),
          !callsRemoval(event, report), seen.insert(event.stored).inserted
        else { continue }
        result.append(finding(report, event, removal))
      }
    }
    return result
  }

  private func holdsAddress(_ event: FlowEvent, _ report: FlowReport) -> Bool {
    [event.key, event.pointer].contains { $0.index > 0 && report.result.values[$0].type.holdsAddress }
  }

  /// Whether the function releases the pointer on its way to the removal: then the entry goes with the memory, and where the memory
  /// stays (a release that failed) it stays rightly.
  private func isTiedToRelease(_ event: FlowEvent, _ report: FlowReport) -> Bool {
    let events = report.result.events
    if events.contains(where: { $0.kind == .danglingAtExit && $0.stored == event.stored && $0.at == event.at }) {
      return false
    }
    return events.contains { $0.kind == .freeBeforeRemove && $0.stored == event.stored }
  }

  /// Whether the block that leaves the function has a call that may remove the entry.
  private func callsRemoval(_ event: FlowEvent, _ report: FlowReport) -> Bool {
    let exit = report.result.sites[event.at].range
    guard let block = report.function.blocks.first(where: { $0.terminatorRange == exit }) else { return false }
    let calls = Set(block.instructions.map(\.range))
    return report.result.events.contains { removal in
      removal.kind == .removed && removal.map == event.map && removal.stored == event.stored
        && report.call(removal.at).map(calls.contains) == true
    }
  }

  private func finding(_ report: FlowReport, _ event: FlowEvent, _ removal: FlowEvent) -> Finding {
    let map = report.name(event.map)
    let steps = report.flow([
      report.steps(.stored, event.stored, "stored in `\(map)` here"),
      [
        FlowStep(.note, at: report.place(event.at), event.isPanic ? "panics here" : "returns here, and the entry stays")
      ],
      report.steps(.removed, removal.at, "the removal that is skipped"),
    ])
    return Finding(
      rule: info.id, severity: .yellow,
      message:
        "`\(report.name(event.key))` stays in `\(map)` when the function ends early: the removal is not deferred",
      place: report.place(event.stored), symbol: report.symbol, steps: steps,
      fixes: [deferred(report, event, removal)].compactMap { $0 })
  }

  /// Defers the removal right after the insertion, and takes the later one away.
  private func deferred(_ report: FlowReport, _ event: FlowEvent, _ removal: FlowEvent) -> Fix? {
    let stored = report.result.sites[event.stored]
    let removed = report.result.sites[removal.at]
    guard stored.inner == nil, removed.inner == nil, stored.statement.file >= 0, removed.statement.file >= 0 else {
      return nil
    }
    let text = report.analysis.sourceMap.text(of: removed.statement)
    guard report.wording.isRemoval(text), !text.contains("\n"),
      let indentation = report.analysis.indentation(before: stored.statement)
    else { return nil }
    let place = report.analysis.place(stored.statement)
    let end = Place(
      file: place.file, line: place.endLine, column: place.endColumn, endLine: place.endLine, endColumn: place.endColumn
    )
    return Fix(
      "Defer the removal",
      edits: [
        Fix.Edit(at: end, with: "\n" + indentation + report.wording.deferred(text)),
        Fix.Edit(at: report.analysis.place(removed.statement), with: ""),
      ])
  }
}
