import Findings
import Foundation

/// Findings in the terms of an editor: URIs, ranges from 0 in the client's units.
struct FindingConverter {
  private let root: String
  private let encoding: PositionEncoding
  private let hasRelatedInformation: Bool
  private var uris: [String: String] = [:]
  private var texts: [String: SourceText] = [:]

  init(_ job: AnalysisJob) {
    root = job.options.root
    encoding = job.encoding
    hasRelatedInformation = job.hasRelatedInformation
    for document in job.documents {
      guard let path = document.path else { continue }
      uris[path] = document.uri
      texts[path] = document.text
    }
  }

  /// The absolute path of a file as reports name it.
  func path(_ file: String) -> String {
    FileURI.normalized(file.hasPrefix("/") ? file : root + "/" + file)
  }

  private mutating func text(_ file: String) -> SourceText {
    let path = path(file)
    if let known = texts[path] { return known }
    // A file that went away meanwhile has no lines: everything in it is at its start.
    let text = SourceText(FileManager.default.contents(atPath: path).map { [UInt8]($0) } ?? [])
    texts[path] = text
    return text
  }

  private mutating func range(_ place: Place) -> LSP.Range { text(place.file).range(of: place, encoding) }

  private mutating func location(_ place: Place) -> LSP.Location {
    let path = path(place.file)
    return LSP.Location(uri: uris[path] ?? FileURI.uri(path), range: range(place))
  }

  /// A file that could not be read or parsed.
  mutating func diagnostic(_ problem: Findings.Diagnostic) -> LSP.Diagnostic {
    LSP.Diagnostic(
      range: range(problem.place), severity: .information, code: nil, message: problem.message,
      relatedInformation: nil)
  }

  /// A finding, with its flow and what can be done about it.
  mutating func item(_ finding: Finding) -> AnalysisResult.Item {
    let severity: LSP.DiagnosticSeverity =
      switch finding.severity {
      case .red: .error
      case .yellow: .warning
      case .green: .information
      }
    var message = finding.message
    if let uncertainty = finding.uncertainty { message += "\nnote: \(uncertainty)" }
    var related: [LSP.DiagnosticRelatedInformation]?
    if hasRelatedInformation, !finding.steps.isEmpty {
      related = []
      for (index, step) in finding.steps.enumerated() {
        related?.append(
          LSP.DiagnosticRelatedInformation(location: location(step.place), message: "\(index + 1). \(step.message)"))
      }
    }
    let diagnostic = LSP.Diagnostic(
      range: range(finding.place), severity: severity, code: finding.rule, message: message, relatedInformation: related
    )
    var fixes: [(title: String, edits: [String: [LSP.TextEdit]])] = []
    for fix in finding.fixes where !fix.edits.isEmpty {
      var edits: [String: [LSP.TextEdit]] = [:]
      for edit in fix.edits {
        edits[path(edit.place.file), default: []].append(
          LSP.TextEdit(range: range(edit.place), newText: edit.replacement))
      }
      fixes.append((fix.title, edits))
    }
    return AnalysisResult.Item(
      finding: finding, diagnostic: diagnostic, fixes: fixes,
      suppression: finding.rule == "BM021" ? nil : suppression(finding, at: diagnostic.range.start.line))
  }

  /// A comment of its own on the line before, which works whatever stands on the line itself. Its reason is left to be written: until then BM021 asks for it.
  private mutating func suppression(_ finding: Finding, at line: Int) -> LSP.TextEdit {
    let (indentation, end) = text(finding.place.file).indentationAndEnd(ofLine: line)
    let start = LSP.Position(line: line, character: 0)
    return LSP.TextEdit(
      range: LSP.Range(start: start, end: start), newText: "\(indentation)// belay:ignore \(finding.rule) \(end)")
  }
}
