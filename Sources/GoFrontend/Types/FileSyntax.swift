import Findings

/// The syntax of one file, parsed when it is asked for first.
///
/// A tree takes several times the memory of its source. It goes when the last package that is analysed with the file is done; what was declared in the file is
/// resolved by then. Should something be asked for all the same, the file is parsed again: the same bytes give the same node numbers.
final class FileSyntax: @unchecked Sendable {
  // Unchecked: mutable state is read and written under `lock`.
  /// What outlives the tree.
  struct Facts {
    /// Where lines start.
    var lineStarts: LineTable
    /// What did not parse.
    var diagnostics: [Diagnostic]
    /// Comments that mention `belay:`, with their text.
    var directives: [(comment: SyntaxTree.Comment, text: String)]
  }

  private let lock = RecursiveLock()
  private let source: SourceBytes
  private let path: String
  private let names: NameTable
  private let skipsBodies: Bool
  private var known: SyntaxTree?
  private var knownFacts: Facts?
  private var users: Int

  /// A file that `users` packages are analysed with. Without any, only its declarations are of interest: function bodies are passed over, and the tree stays.
  init(source: SourceBytes, path: String, names: NameTable, users: Int) {
    self.source = source
    self.path = path
    self.names = names
    self.users = users
    skipsBodies = users == 0
  }

  /// The tree. Complexity: O(size) the first time.
  var tree: SyntaxTree {
    lock.locked {
      if let known { return known }
      let tree = Parser.parse(source: source, path: path, names: names, skipsBodies: skipsBodies)
      known = tree
      if knownFacts == nil { knownFacts = Self.facts(of: tree) }
      return tree
    }
  }

  /// What is known of the file without its tree. A dependency is only parsed for it when it seems to hold directives.
  var facts: Facts {
    lock.locked {
      if let knownFacts { return knownFacts }
      if skipsBodies, !source.contains("belay:") {
        let facts = Facts(lineStarts: LineTable(source.bytes), diagnostics: [], directives: [])
        knownFacts = facts
        return facts
      }
      return Self.facts(of: tree)
    }
  }

  /// What did not parse in a file that is analysed.
  var diagnostics: [Diagnostic] { skipsBodies ? [] : facts.diagnostics }

  /// Notes that a package that is analysed with the file is done.
  func release() {
    lock.locked {
      users -= 1
      if users == 0 { known = nil }
    }
  }

  private static func facts(of tree: SyntaxTree) -> Facts {
    var facts = Facts(lineStarts: tree.lineStarts, diagnostics: tree.diagnostics, directives: [])
    guard tree.source.contains("belay:") else { return facts }
    for comment in tree.comments {
      let text = tree.source.text(comment.start, comment.end)
      if text.contains("belay:") { facts.directives.append((comment, text)) }
    }
    return facts
  }
}
