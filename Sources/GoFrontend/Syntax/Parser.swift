import Findings
import Foundation

/// Parses one Go file into a `SyntaxTree`, by recursive descent with one token of look-ahead.
///
/// The tree is written front to back into two growing arrays (`nodes`, `extra`); lists are collected on `scratch` and copied when they are complete, so that no
/// node costs an allocation of its own.
///
/// Errors. A syntax error becomes a diagnostic, one for each line at most. The statement or declaration that holds it is left where the
/// next one seems to start, and parsing goes on there; every loop makes sure that it consumed something. A function that starts at the left margin ends whatever
/// is still open, so that a missing brace costs one declaration and not the rest of the file.
///
/// Limits. Recursion is limited to `maximumDepth` levels, and operators or selectors in a row, which are read in a loop but nest in the tree, to `maximumChain`
/// on any path from the root: past them the rest of the declaration is left out. So hostile input exhausts neither this stack nor that of a reader of
/// the tree.
struct Parser {
  /// How deep types, expressions and statements may nest.
  static let maximumDepth = 1000
  /// How many operators or selectors may follow one another in one expression, with those within its operands.
  static let maximumChain = 20_000
  /// The largest file that is read: offsets are 32 bits wide.
  static let maximumSize = 1 << 30
  static let maximumDiagnostics = 10

  let path: String
  let source: SourceBytes
  var lexer: Lexer
  var nodes: [Node]
  var extra: [Int32] = [0]
  var scratch: [Int32] = []
  let lineStarts: LineTable

  /// The token that is looked at.
  var token = Token.none
  /// Offset after the token before it: where a node ends that was just completed.
  var lastEnd = 0
  /// Below 0 in the head of a control statement, where `{` starts the block and not a composite literal.
  var expressionLevel = 0
  var depth = 0
  /// Operators and selectors in a row on the longest path of the expression that was read last: what `maximumChain` bounds.
  var chain = 0
  /// Whether the rest of the declaration is left out: it nests too deep, or the next one starts.
  var isAbandoned = false
  /// Whether `func` at the left margin would be the next declaration.
  var isInDeclaration = false
  var errors: [(offset: Int, message: String)] = []
  var unreportedErrors = 0
  var lastErrorLine = -1
  private static let maximumErrors = 100

  /// Whether the bodies of declared functions are passed over.
  private(set) var skipsBodies = false

  /// Parses a file. Never fails: what is wrong is in the tree's diagnostics. Complexity: O(size).
  ///
  /// - Parameter skipsBodies: Passes over the bodies of declared functions: they are as if they were empty.
  static func parse(source: SourceBytes, path: String, names: NameTable, skipsBodies: Bool = false) -> SyntaxTree {
    guard source.count <= maximumSize else {
      let message = "this file has \(source.count) bytes; Belay reads files up to \(maximumSize)"
      return SyntaxTree(
        path: path, source: source, nodes: [Node.none], extra: [0], comments: [], lineStarts: LineTable(starts: [0]),
        packageName: .none,
        declarations: [],
        diagnostics: [Diagnostic(at: Place(file: path, line: 1, column: 1), message)])
    }
    var parser = Parser(source: source, path: path, names: names)
    parser.skipsBodies = skipsBodies
    defer { parser.lexer.deallocate() }
    return parser.parseFile()
  }

  private init(source: SourceBytes, path: String, names: NameTable) {
    self.path = path
    self.source = source
    // Unsafe: `source` is kept alive by this parser and by the tree, and has a zero byte behind the last one.
    let base = source.bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
    lexer = Lexer(source: base, count: source.count, names: names)
    nodes = [Node.none]
    nodes.reserveCapacity(source.count / 3 + 16)
    extra.reserveCapacity(source.count / 6 + 16)
    lineStarts = LineTable(source.bytes)
  }

  // MARK: Tokens

  var start: Int { lexer.start }

  mutating func advance() {
    lastEnd = lexer.end
    if isAbandoned { return }
    lexer.next()
    token = lexer.token
    if token == .funcKeyword && isInDeclaration && startsFunction() {
      report(lexer.start, "a declaration starts here, but a '}' or ')' is missing before it")
      isAbandoned = true
      token = .endOfFile
    }
  }

  /// Whether `func` at this place can only start a declaration: it stands at the left margin, and a name and a parenthesis follow it or its receiver.
  private func startsFunction() -> Bool {
    let bytes = source.bytes
    guard lexer.start > 0, bytes[lexer.start - 1] == 0x0A else { return false }
    var position = lexer.end
    func skipSpace() { while position < bytes.count && bytes[position] == UInt8(ascii: " ") { position += 1 } }
    skipSpace()
    if position < bytes.count && bytes[position] == UInt8(ascii: "(") {
      // A receiver stands on one line and nests no parentheses worth to follow.
      while position < bytes.count && bytes[position] != UInt8(ascii: ")") {
        if bytes[position] == UInt8(ascii: "\n") { return false }
        position += 1
      }
      position += 1
      skipSpace()
    }
    let first = position
    while position < bytes.count {
      let kind = ByteClass(rawValue: ByteClass.table[Int(bytes[position])])
      if kind.isDisjoint(with: [.letter, .digit, .nonASCII]) { break }
      position += 1
    }
    guard position > first && position < bytes.count else { return false }
    // The name of a named type may be the result of a function literal with a receiver's look; its body would follow, not '('.
    return bytes[position] == UInt8(ascii: "(") || (bytes[position] == UInt8(ascii: "[") && first == lexer.end + 1)
  }

  /// Consumes the token if it is `expected`.
  mutating func take(_ expected: Token) -> Bool {
    if token != expected { return false }
    advance()
    return true
  }

  /// Consumes `expected`, or reports what stands there instead.
  @discardableResult
  mutating func expect(_ expected: Token, _ context: StaticString) -> Bool {
    if token == expected {
      advance()
      return true
    }
    reportUnexpected("\(expected.text) \(context)")
    return false
  }

  /// Consumes the semicolon behind a statement or declaration; `)` and `}` stand for one.
  mutating func expectSemicolon(_ context: StaticString) {
    switch token {
    case .semicolon: advance()
    case .rightParen, .rightBrace, .endOfFile: break
    default:
      reportUnexpected("a line end or ';' \(context)")
      skipStatement()
    }
  }

  // MARK: Errors

  mutating func report(_ offset: Int, _ message: String) {
    if isAbandoned { return }
    let line = lineStarts.line(at: offset)
    if line == lastErrorLine { return }
    lastErrorLine = line
    if errors.count < Self.maximumErrors { errors.append((offset, message)) } else { unreportedErrors += 1 }
  }

  mutating func reportUnexpected(_ expected: String) {
    let found: String
    switch token {
    case .endOfFile: found = "the end of the file"
    case .semicolon where lexer.isAutomatic: found = "the end of the line"
    case .identifier, .int, .float, .imaginary, .char, .string:
      found = "'\(source.text(UInt32(lexer.start), UInt32(min(lexer.end, lexer.start + 40))))'"
    default: found = token.text
    }
    report(lexer.start, "expected \(expected), found \(found)")
  }

  /// Leaves out what is left of a faulty statement: to the next `;`, closing brace, or keyword that starts one.
  mutating func skipStatement() {
    var open = 0
    while true {
      switch token {
      case .endOfFile: return
      case .semicolon where open == 0:
        advance()
        return
      case .leftBrace, .leftParen, .leftBracket: open += 1
      case .rightBrace where open == 0: return
      case .rightBrace, .rightParen, .rightBracket: open = max(0, open - 1)
      case .typeKeyword, .varKeyword, .constKeyword, .forKeyword, .ifKeyword, .switchKeyword, .selectKeyword,
        .returnKeyword, .deferKeyword, .goKeyword,
        .breakKeyword, .continueKeyword, .gotoKeyword, .fallthroughKeyword, .caseKeyword, .defaultKeyword:
        if open == 0 { return }
      default: break
      }
      advance()
    }
  }

  /// Enters one more level of nesting. False, after a message, when it is one too many; then the caller returns `.none`.
  mutating func enter() -> Bool {
    depth += 1
    if depth <= Self.maximumDepth { return true }
    abandon()
    return false
  }

  mutating func leave() { depth -= 1 }

  mutating func abandon() {
    report(lexer.start, "this nests too deep; the rest of the declaration is left out")
    isAbandoned = true
    token = .endOfFile
  }

  // MARK: Nodes

  mutating func add(
    _ kind: NodeKind, _ start: Int, end: Int? = nil, token: Token = .none, flags: Node.Flags = [], _ a: Int32 = 0,
    _ b: Int32 = 0
  ) -> NodeID {
    nodes.append(
      Node(
        kind: kind, token: token, flags: flags, start: UInt32(start), end: UInt32(max(start, end ?? lastEnd)), a: a,
        b: b))
    return NodeID(Int32(nodes.count - 1))
  }

  func startOf(_ id: NodeID) -> Int { Int(nodes[Int(id.rawValue)].start) }
  func kind(_ id: NodeID) -> NodeKind { nodes[Int(id.rawValue)].kind }

  /// Moves what was collected on `scratch` since `mark` into a list.
  mutating func list(since mark: Int) -> Int32 {
    let count = scratch.count - mark
    if count == 0 { return 0 }
    let index = Int32(extra.count)
    extra.append(Int32(count))
    for position in mark..<scratch.count { extra.append(scratch[position]) }
    scratch.removeLast(count)
    return index
  }

  mutating func record(_ first: Int32, _ second: Int32, _ third: Int32) -> Int32 {
    let index = Int32(extra.count)
    extra.append(first)
    extra.append(second)
    extra.append(third)
    return index
  }

  mutating func record(_ first: Int32, _ second: Int32, _ third: Int32, _ fourth: Int32) -> Int32 {
    let index = record(first, second, third)
    extra.append(fourth)
    return index
  }

  mutating func bad() -> NodeID { add(.bad, lexer.start, end: lexer.start, flags: .hasError) }

  mutating func identifier() -> NodeID {
    guard token == .identifier else {
      reportUnexpected("a name")
      return add(.identifier, lexer.start, end: lexer.start, flags: .hasError)
    }
    let name = lexer.name
    let first = lexer.start
    advance()
    return add(.identifier, first, name.rawValue)
  }

  // MARK: The file

  private mutating func parseFile() -> SyntaxTree {
    advance()
    var packageName = NodeID.none
    if expect(.packageKeyword, "at the start of the file") {
      packageName = identifier()
      expectSemicolon("after the package clause")
    }
    let mark = scratch.count
    while token != .endOfFile || isAbandoned {
      if isAbandoned { resume() }
      if token == .endOfFile { break }
      let before = lexer.start
      let declaration = topLevelDeclaration()
      if !declaration.isNone { scratch.append(declaration.rawValue) }
      if lexer.start == before && token != .endOfFile && !isAbandoned { advance() }
    }
    let declarations = scratch[mark...].map { NodeID($0) }
    return SyntaxTree(
      path: path, source: source, nodes: nodes, extra: extra, comments: lexer.comments, lineStarts: lineStarts,
      packageName: packageName,
      declarations: declarations, diagnostics: diagnostics())
  }

  /// After a declaration that was left out: goes on at the next keyword that starts a line and a declaration.
  private mutating func resume() {
    isAbandoned = false
    depth = 0
    expressionLevel = 0
    token = lexer.token
    if token == .funcKeyword && startsFunction() { return }
    repeat {
      lexer.next()
      token = lexer.token
      let startsLine = lexer.start == 0 || source.bytes[lexer.start - 1] == 0x0A
      switch token {
      case .endOfFile: return
      case .funcKeyword, .typeKeyword, .varKeyword, .constKeyword: if startsLine { return }
      default: break
      }
    } while true
  }

  private func diagnostics() -> [Diagnostic] {
    if errors.isEmpty && lexer.errors.isEmpty { return [] }
    // The lexer's come first where both complain about one character; the second is a consequence.
    let all = (lexer.errors.map { ($0.offset, 0, $0.message) } + errors.map { ($0.offset, 1, $0.message) })
      .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
    var result: [Diagnostic] = []
    var count = unreportedErrors + lexer.unreportedErrors
    var lastLine = -1
    for (offset, _, message) in all {
      let place = place(offset)
      if place.line == lastLine { continue }
      lastLine = place.line
      count += 1
      if result.count < Self.maximumDiagnostics { result.append(Diagnostic(at: place, message)) }
    }
    if count > Self.maximumDiagnostics, let last = all.last {
      let message = "\(count - Self.maximumDiagnostics) more syntax errors in this file are not shown"
      result.append(Diagnostic(at: place(last.0), message))
    }
    return result
  }

  private func place(_ offset: Int) -> Place {
    let position = lineStarts.position(at: UInt32(offset))
    return Place(file: path, line: position.line, column: position.column)
  }
}
