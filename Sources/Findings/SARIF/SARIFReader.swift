import Foundation

/// Reads reports back from SARIF logs that Belay wrote, to join the parts of a run that was spread over machines.
public enum SARIFReader {
  /// Why a file cannot be read.
  public struct Failure: Error, CustomStringConvertible {
    /// One sentence.
    public var description: String
  }

  /// The report in a log. Columns of places are those of the file, in UTF-16 units. Throws `Failure` when it is no SARIF of Belay's.
  public static func report(_ data: Data) throws -> Report {
    let log: SARIFLog
    do {
      log = try JSONDecoder().decode(SARIFLog.self, from: data)
    } catch {
      throw Failure(description: "it is not SARIF 2.1.0 as `belay check --format sarif` writes it")
    }
    guard let run = log.runs.first, log.runs.count == 1, run.tool.driver.name == "Belay" else {
      throw Failure(description: "it does not hold exactly one run of Belay")
    }
    let rules = (run.tool.driver.rules ?? []).map { rule in
      RuleDescription(
        id: rule.id, name: rule.name ?? "",
        severity: rule.defaultConfiguration.flatMap { Severity(sarifLevel: $0.level) } ?? .yellow,
        languages: rule.properties?.languages ?? [], summary: rule.shortDescription?.text ?? "",
        isOnByDefault: rule.defaultConfiguration?.enabled ?? true, page: rule.help?.markdown ?? "")
    }
    let diagnostics = (run.invocations ?? []).flatMap { $0.toolExecutionNotifications ?? [] }.compactMap {
      notification in
      notification.locations?.first.flatMap(place).map { Diagnostic(at: $0, notification.message.text) }
    }
    return Report(
      toolVersion: run.tool.driver.version ?? "", rules: rules, findings: run.results.compactMap(finding),
      diagnostics: diagnostics,
      statistics: run.properties?.statistics ?? .init())
  }

  /// One report of several: findings of equal fingerprint once, rules and diagnostics united, counts added up.
  public static func merge(_ reports: [Report]) -> Report {
    var merged = Report(
      toolVersion: reports.first?.toolVersion ?? "", rules: [], findings: [], diagnostics: [], statistics: .init())
    var rules: [String: RuleDescription] = [:]
    var seen: Set<String> = []
    var diagnostics: Set<Diagnostic> = []
    for report in reports {
      for rule in report.rules where rules[rule.id] == nil { rules[rule.id] = rule }
      for finding in report.findings where seen.insert("\(finding.rule) \(finding.fingerprint)").inserted {
        merged.findings.append(finding)
      }
      diagnostics.formUnion(report.diagnostics)
      merged.statistics.files += report.statistics.files
      merged.statistics.lines += report.statistics.lines
      merged.statistics.functions += report.statistics.functions
      merged.statistics.packages += report.statistics.packages
      merged.statistics.cachedPackages += report.statistics.cachedPackages
      merged.statistics.seconds = max(merged.statistics.seconds, report.statistics.seconds)
    }
    merged.rules = rules.values.sorted { $0.id < $1.id }
    merged.findings.sort { ($0.place, $0.rule, $0.message) < ($1.place, $1.rule, $1.message) }
    merged.diagnostics = diagnostics.sorted { ($0.place, $0.message) < ($1.place, $1.message) }
    return merged
  }

  private static func finding(_ result: SARIFLog.Result) -> Finding? {
    guard let severity = Severity(sarifLevel: result.level), let primary = result.locations.first,
      let place = place(primary)
    else { return nil }
    let steps = result.codeFlows?.first?.threadFlows.first?.locations ?? []
    var finding = Finding(
      rule: result.ruleId, severity: severity, message: result.message.text,
      uncertainty: result.properties?.uncertainty, place: place,
      symbol: result.properties?.symbol ?? "",
      steps: steps.compactMap { step in
        Self.place(step.location).map {
          FlowStep(FlowStep.Kind(rawValue: step.kinds?.first ?? "") ?? .note, at: $0, step.location.message?.text ?? "")
        }
      },
      fixes: (result.fixes ?? []).map { fix in
        let edits = fix.artifactChanges.flatMap { change in
          change.replacements.map {
            Fix.Edit(at: Self.place(change.artifactLocation, $0.deletedRegion), with: $0.insertedContent?.text ?? "")
          }
        }
        return Fix(fix.description?.text ?? "", edits: edits)
      })
    finding.fingerprint = result.partialFingerprints?["primaryLocationLineHash"] ?? ""
    if let suppression = result.suppressions?.first {
      finding.suppression =
        suppression.kind == "inSource" ? .comment(reason: suppression.justification ?? "") : .baseline
    }
    return finding
  }

  private static func place(_ location: SARIFLog.Location) -> Place? {
    guard let physical = location.physicalLocation, let region = physical.region else { return nil }
    return place(physical.artifactLocation, region)
  }

  private static func place(_ artifact: SARIFLog.ArtifactLocation, _ region: SARIFLog.Region) -> Place {
    let uri = artifact.uri.hasPrefix("file://") ? String(artifact.uri.dropFirst(7)) : artifact.uri
    // Whoever wrote the file: no file has more lines, no line more columns than this.
    let clamped = { (number: Int) in min(max(1, number), Int(Int32.max)) }
    return Place(
      file: uri.removingPercentEncoding ?? uri, line: clamped(region.startLine),
      column: clamped(region.startColumn ?? 1),
      endLine: region.endLine.map(clamped), endColumn: region.endColumn.map(clamped))
  }
}
