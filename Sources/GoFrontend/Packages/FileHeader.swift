import Findings

/// What stands at the head of a Go file: its constraints, its package, its imports. Read before, and without, parsing the file.
struct FileHeader: Sendable {
  /// A comment with its markers, by offsets, and the line it starts on.
  struct Comment: Sendable, Hashable {
    var start: UInt32
    var end: UInt32
    var line: Int
  }

  /// One import spec.
  struct Import: Sendable, Hashable {
    /// What is imported, unquoted.
    var path: String
    /// The name given to it: empty for none, `.` and `_` among them.
    var name: String
    /// The offsets of the quoted path.
    var start: UInt32
    var end: UInt32
    /// The comments directly above: for "C" the preamble.
    var documentation: [Comment]
  }

  /// A place that could not be read.
  struct Problem: Sendable, Hashable {
    var offset: UInt32
    var message: String
  }

  /// The condition of its `//go:build` line, or of its `// +build` lines when it has none.
  var constraint: BuildConstraint?
  /// Empty when there is no package clause.
  var packageName = ""
  /// Offset of the package clause.
  var packageOffset: UInt32 = 0
  /// The imports in the order of the source.
  var imports: [Import] = []
  /// What is wrong in the head.
  var problem: Problem?
  /// Whether the constraint itself could not be read: the file belongs to no build.
  var hasInvalidConstraint = false

  /// Whether it imports "C".
  var usesCgo: Bool { imports.contains { $0.path == "C" } }
}
