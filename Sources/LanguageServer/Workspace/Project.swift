import Checker
import Findings

/// A folder that is checked as a whole: one of the workspace's, or that of a file which lies in none of them.
struct Project {
  /// A check that is under way.
  struct Run {
    /// Tells it to stop; no other check has this one.
    var flag: CancellationFlag
  }

  /// The folder.
  let root: String
  /// Whether the client has named it.
  var isWorkspaceFolder: Bool
  /// What `.belay.yml` says; what it last said, where it now cannot be read.
  var configuration = Configuration()
  /// What is wrong with the configuration file, and where.
  var configurationProblem: Findings.Diagnostic?
  /// Counts whatever can change the outcome: edits, saves, files, configuration.
  var generation = 1
  /// The newest outcome.
  var result: AnalysisResult?
  var run: Run?
  /// The wait for further edits.
  var delay: Task<Void, Never>?
  /// What the client was told of each document, by path.
  var published: [String: [LSP.Diagnostic]] = [:]
  /// Pieces of work whose progress the client follows.
  var progressTokens: Set<RequestID> = []

  /// Whether the outcome is that of the newest text.
  var isSettled: Bool { result?.generation == generation }
}
