import Findings

/// What a check found, in the terms of an editor.
struct AnalysisResult: Sendable {
  /// A finding with the ranges that its fixes and its suppression need.
  struct Item: Sendable {
    var finding: Finding
    var diagnostic: LSP.Diagnostic
    /// The fixes, as edits by path.
    var fixes: [(title: String, edits: [String: [LSP.TextEdit]])]
    /// The comment that silences it; nil for a rule that is itself about such comments.
    var suppression: LSP.TextEdit?
  }

  /// What was found in a file.
  struct File: Sendable {
    var diagnostics: [LSP.Diagnostic] = []
    var items: [Item] = []
    /// Tells this list of diagnostics from others.
    var resultID = ""
  }

  /// The generation of the project that was checked.
  var generation: Int
  /// By path; files without findings are missing.
  var files: [String: File]
  /// The versions of the documents that were open, by path.
  var versions: [String: Int]
  /// What was read.
  var statistics: Report.Statistics
}
