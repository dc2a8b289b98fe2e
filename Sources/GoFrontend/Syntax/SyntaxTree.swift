import Findings

/// The syntax of one Go file: nodes in one array, lists and records in another, nothing that is counted or freed one by one.
///
/// It is made by `Parser` and never changes afterwards, so any thread may read it.
final class SyntaxTree: @unchecked Sendable {
  // Unchecked: all stored properties are written by the parser before the tree is handed out.

  /// A comment with its markers.
  struct Comment {
    var start: UInt32
    var end: UInt32
  }

  /// The path as it is reported.
  let path: String
  /// The bytes of the file.
  let source: SourceBytes
  /// All nodes; the first one is `bad` and stands for "none".
  let nodes: [Node]
  /// Lists and records; the first word is 0 and stands for "empty list".
  let extra: [Int32]
  /// All comments in the order of the source: `//go:build`, cgo preambles, `//export` and `belay:ignore` are read from them.
  let comments: [Comment]
  /// Offsets at which lines start; the first is 0.
  let lineStarts: LineTable
  /// The identifier of the package clause.
  let packageName: NodeID
  /// Top-level declarations, imports first, as in the source.
  let declarations: [NodeID]
  /// What did not parse.
  let diagnostics: [Diagnostic]

  init(
    path: String, source: SourceBytes, nodes: [Node], extra: [Int32], comments: [Comment], lineStarts: LineTable,
    packageName: NodeID, declarations: [NodeID], diagnostics: [Diagnostic]
  ) {
    self.path = path
    self.source = source
    self.nodes = nodes
    self.extra = extra
    self.comments = comments
    self.lineStarts = lineStarts
    self.packageName = packageName
    self.declarations = declarations
    self.diagnostics = diagnostics
  }

  subscript(id: NodeID) -> Node { nodes[Int(id.rawValue)] }

  /// The nodes of a list.
  func list(_ index: Int32) -> NodeList { NodeList(tree: self, index: Int(index)) }

  /// A word of a record.
  func word(_ record: Int32, _ position: Int) -> Int32 { extra[Int(record) + position] }
}

/// A list of nodes of a tree, without a copy.
struct NodeList: RandomAccessCollection {
  let tree: SyntaxTree
  let index: Int

  var startIndex: Int { 0 }
  var endIndex: Int { Int(tree.extra[index]) }
  subscript(position: Int) -> NodeID { NodeID(tree.extra[index + 1 + position]) }
}
