import Findings
import Flow
import GoFrontend
import SwiftFrontend

/// What all frontends made of the files of a check.
struct CheckedProgram: Sendable {
  /// A comment that mentions `belay:`.
  struct Comment: Sendable {
    var range: SourceRange
    var text: String
  }

  var units: [Flow.Unit]
  /// What tells the content of each unit; nil for those whose results are not kept between runs.
  var identities: [SolverCache.UnitIdentity?]
  var symbols: SymbolTable
  var sourceMap: any SourceMap
  var diagnostics: [Diagnostic]
  var directives: [Comment]
  var files: [String]
  var unselectedFiles: Set<String>
  var lines: Int
  var cachedUnits: Int

  init(go: GoProgram, swift: SwiftProgram, symbols: SymbolTable, firstSwiftFile: Int32) {
    units = go.units + swift.units
    identities = go.identities + swift.units.map { _ in nil }
    self.symbols = symbols
    sourceMap = JoinedSourceMap(first: go.sourceMap, second: swift.sourceMap, secondFile: firstSwiftFile)
    diagnostics = (go.diagnostics + swift.diagnostics).sorted { $0.place < $1.place }
    directives =
      go.directives.map { Comment(range: $0.range, text: $0.text) }
      + swift.directives.map { Comment(range: $0.range, text: $0.text) }
    files = go.files + swift.files
    unselectedFiles = go.unselectedFiles.union(swift.unselectedFiles)
    lines = go.lines + swift.lines
    cachedUnits = go.cachedUnits
  }
}

/// The places of two frontends, told apart by the numbers of their files.
private struct JoinedSourceMap: SourceMap {
  let first: any SourceMap
  let second: any SourceMap
  let secondFile: Int32

  func place(of range: SourceRange) -> Place {
    range.file >= secondFile ? second.place(of: range) : first.place(of: range)
  }

  func text(of range: SourceRange) -> String {
    range.file >= secondFile ? second.text(of: range) : first.text(of: range)
  }
}
