import Testing

@testable import GoFrontend

/// A piece of Go and its tree.
struct SyntaxCase: CustomTestStringConvertible, Sendable {
  var source: String
  var tree: String

  init(_ source: String, _ tree: String) {
    self.source = source
    self.tree = tree
  }

  var testDescription: String { source }
}

func parse(_ text: String, names: NameTable = NameTable()) -> SyntaxTree {
  parse(bytes: Array(text.utf8), names: names)
}

func parse(bytes: [UInt8], names: NameTable = NameTable()) -> SyntaxTree {
  Parser.parse(source: SourceBytes(bytes), path: "a.go", names: names)
}

/// `line:column: message` of what does not parse.
func syntaxErrors(_ text: String) -> [String] {
  parse(text).diagnostics.map { "\($0.place.line):\($0.place.column): \($0.message)" }
}

/// The only declaration of a file, after its package clause; what does not parse is shown instead.
func parsedDeclaration(_ text: String) -> String {
  let tree = parse("package p\n\(text)\n")
  if let error = tree.diagnostics.first { return "\(error.place): \(error.message)" }
  return tree.declarations.map { tree.dump($0) }.joined(separator: "\n")
}

func parsedExpression(_ text: String) -> String {
  unwrap(parsedDeclaration("var _ = \(text)"), "(genericDeclaration var [(valueSpec [_] _ [", "])])")
}

func parsedType(_ text: String) -> String {
  unwrap(parsedDeclaration("var _ \(text)"), "(genericDeclaration var [(valueSpec [_] ", " [])])")
}

func parsedStatements(_ text: String) -> String {
  unwrap(
    parsedDeclaration("func _() {\n\(text)\n}"), "(functionDeclaration [] _ (functionType [] [] []) (block [", "]))")
}

/// What stands between the two, or everything when it does not.
private func unwrap(_ text: String, _ prefix: String, _ suffix: String) -> String {
  guard text.hasPrefix(prefix), text.hasSuffix(suffix) else { return text }
  return String(text.dropFirst(prefix.count).dropLast(suffix.count))
}

/// What is wrong with the numbers in a tree: operands that are no nodes or lists, places outside the file, and, where everything parsed,
/// children outside their parents. Every node is looked at, whether something refers to it or not, without recursion.
func faults(in tree: SyntaxTree) -> [String] {
  var faults: [String] = []
  func fault(_ message: String) { if faults.count < 5 { faults.append(message) } }
  let isClean = tree.diagnostics.isEmpty
  for index in tree.nodes.indices.dropFirst() {
    let node = tree.nodes[index]
    if node.start > node.end || Int(node.end) > tree.source.count { fault("node \(index): \(node.start)-\(node.end)") }
    for child in children(of: NodeID(Int32(index)), in: tree) where !child.isNone {
      // Children are completed before their parents, but for the body of a range statement; anything else could be a cycle.
      let isBody = node.kind == .rangeStatement && tree[child].kind == .block
      guard child.rawValue > 0 && (Int(child.rawValue) < index || isBody) else {
        fault("node \(index) \(node.kind): child \(child.rawValue)")
        continue
      }
      if isClean && (tree[child].start < node.start || tree[child].end > node.end) {
        fault("node \(index) \(node.kind) \(node.start)-\(node.end) does not hold \(tree[child])")
      }
    }
  }
  for diagnostic in tree.diagnostics {
    let place = diagnostic.place
    if place.line < 1 || place.line > tree.lineStarts.count || place.column < 1 { fault("\(place)") }
  }
  for pair in zip(tree.comments, tree.comments.dropFirst()) where pair.0.end > pair.1.start {
    fault("comments overlap")
  }
  if tree.diagnostics.count > Parser.maximumDiagnostics + 1 { fault("\(tree.diagnostics.count) diagnostics") }
  return faults
}

private func children(of id: NodeID, in tree: SyntaxTree) -> [NodeID] {
  let node = tree[id]
  let a = NodeID(node.a)
  let b = NodeID(node.b)
  func list(_ index: Int32) -> [NodeID] { Array(tree.list(index)) }
  switch node.kind {
  case .bad, .identifier, .basicLiteral, .emptyStatement: return []
  case .compositeLiteral, .index, .call: return [a] + list(node.b)
  case .keyValue, .functionLiteral, .selector, .typeAssertion, .binary, .arrayType, .mapType, .labeledStatement,
    .sendStatement, .importSpec:
    return [a, b]
  case .parenthesized, .star, .unary, .ellipsis, .channelType, .declarationStatement, .expressionStatement,
    .incDecStatement, .goStatement, .deferStatement, .branchStatement:
    return [a]
  case .slice:
    let bounds = tree.slice(id)
    return [a, bounds.low, bounds.high, bounds.max]
  case .structType, .interfaceType, .returnStatement, .block, .selectStatement, .genericDeclaration: return list(node.a)
  case .field:
    let field = tree.field(id)
    return field.names + [field.type, field.tag]
  case .functionType:
    let type = tree.functionType(id)
    return type.typeParameters + Array(type.parameters) + Array(type.results)
  case .assignStatement, .caseClause: return list(node.a) + list(node.b)
  case .ifStatement:
    let statement = tree.ifStatement(id)
    return [statement.initializer, statement.condition, statement.body, statement.otherwise]
  case .switchStatement:
    let statement = tree.switchStatement(id)
    return [statement.initializer, statement.tag] + Array(statement.clauses)
  case .typeSwitchStatement:
    let statement = tree.typeSwitchStatement(id)
    return [statement.initializer, statement.bound, statement.operand] + Array(statement.clauses)
  case .communicationClause: return [a] + list(node.b)
  case .forStatement:
    let statement = tree.forStatement(id)
    return [statement.initializer, statement.condition, statement.post, statement.body]
  case .rangeStatement:
    let statement = tree.rangeStatement(id)
    return [statement.key, statement.value, statement.operand, statement.body]
  case .valueSpec:
    let spec = tree.valueSpec(id)
    return spec.names + [spec.type] + Array(spec.values)
  case .typeSpec:
    let spec = tree.typeSpec(id)
    return [spec.name] + Array(spec.typeParameters) + [spec.type]
  case .functionDeclaration:
    let function = tree.functionDeclaration(id)
    return Array(function.receiver) + [function.name, function.type, function.body]
  }
}
