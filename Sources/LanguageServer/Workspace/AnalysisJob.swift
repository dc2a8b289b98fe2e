import Checker
import Findings
import Flow
import Foundation

/// A check of a project with the texts of the open documents: everything that it needs, so that it can run on any thread.
struct AnalysisJob: Sendable {
  var generation: Int
  var options: CheckOptions
  var configurationProblem: Findings.Diagnostic?
  /// The open documents that are files.
  var documents: [OpenDocument]
  var encoding: PositionEncoding
  /// Whether the client shows the steps of a flow.
  var hasRelatedInformation: Bool

  /// Options with the texts that differ from those on disk: for the others the caches of saved files are good.
  func overlaidOptions() -> CheckOptions {
    var contents: [String: [UInt8]] = [:]
    for document in documents {
      guard let path = document.path else { continue }
      if let data = FileManager.default.contents(atPath: path), data.elementsEqual(document.text.bytes) { continue }
      contents[path] = document.text.bytes
    }
    var options = options
    options.overlay = SourceOverlay(contents)
    return options
  }

  /// Runs the check; nil when it was cancelled.
  func run(isCancelled: () -> Bool, progress: (String) -> Void) -> AnalysisResult? {
    guard let report = Checker(options: overlaidOptions()).run(isCancelled: isCancelled, progress: progress) else {
      return nil
    }
    var converter = FindingConverter(self)
    var files: [String: AnalysisResult.File] = [:]
    for finding in report.open {
      let item = converter.item(finding)
      let path = converter.path(finding.place.file)
      files[path, default: .init()].items.append(item)
      files[path, default: .init()].diagnostics.append(item.diagnostic)
    }
    for problem in report.diagnostics + (configurationProblem.map { [$0] } ?? []) {
      files[converter.path(problem.place.file), default: .init()].diagnostics.append(converter.diagnostic(problem))
    }
    files = files.mapValues { file in
      var file = file
      file.resultID = Self.resultID(file.diagnostics)
      return file
    }
    var versions: [String: Int] = [:]
    for document in documents { if let path = document.path { versions[path] = document.version } }
    return AnalysisResult(
      generation: generation, files: files, versions: versions, statistics: report.statistics)
  }

  /// The id of a list of diagnostics: equal lists have equal ids.
  static func resultID(_ diagnostics: [LSP.Diagnostic]) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    // What cannot be encoded, which these types never are, would count as changed each time.
    guard let data = try? encoder.encode(diagnostics) else { return UUID().uuidString }
    return ContentHash.text(data.withUnsafeBytes { ContentHash.hash($0) })
  }
}
