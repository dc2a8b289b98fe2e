// Build constraints as `go/build/constraint` reads them: `//go:build` holds an expression of tags with !, && and ||; the older
// `// +build` lines hold a conjunction of lines, each a disjunction of words, each a conjunction of tags with commas.

/// A condition on build tags.
indirect enum BuildConstraint: Hashable, Sendable {
  case tag(String)
  case not(BuildConstraint)
  case and(BuildConstraint, BuildConstraint)
  case or(BuildConstraint, BuildConstraint)

  /// Why an expression cannot be read, and where in it.
  struct SyntaxError: Error, Hashable {
    var offset: Int
    var message: String
  }

  /// Whether it holds where exactly the tags hold for which `isSet` says so.
  func evaluate(_ isSet: (String) -> Bool) -> Bool {
    switch self {
    case .tag(let name): isSet(name)
    case .not(let operand): !operand.evaluate(isSet)
    case .and(let left, let right): left.evaluate(isSet) && right.evaluate(isSet)
    case .or(let left, let right): left.evaluate(isSet) || right.evaluate(isSet)
    }
  }

  /// All tags in it, each once, in the order of the text.
  var tags: [String] {
    var found: [String] = []
    collectTags(into: &found)
    return found
  }

  private func collectTags(into found: inout [String]) {
    switch self {
    case .tag(let name): if !found.contains(name) { found.append(name) }
    case .not(let operand): operand.collectTags(into: &found)
    case .and(let left, let right), .or(let left, let right):
      left.collectTags(into: &found)
      right.collectTags(into: &found)
    }
  }

  /// The least version of Go that it demands, if it demands one.
  var impliedGoVersion: GoVersion? {
    let minor = Self.leastVersion(self, isPositive: true)
    return minor < 0 ? nil : GoVersion(minor: minor)
  }

  private static func leastVersion(_ constraint: BuildConstraint, isPositive: Bool) -> Int {
    switch constraint {
    case .tag(let name):
      guard isPositive else { return -1 }
      if name == "go1" { return 0 }
      return GoVersion(releaseTag: name)?.minor ?? -1
    case .not(let operand): return leastVersion(operand, isPositive: !isPositive)
    case .and(let left, let right):
      let (a, b) = (leastVersion(left, isPositive: isPositive), leastVersion(right, isPositive: isPositive))
      return isPositive ? max(a, b) : min(a, b)
    case .or(let left, let right):
      let (a, b) = (leastVersion(left, isPositive: isPositive), leastVersion(right, isPositive: isPositive))
      return isPositive ? min(a, b) : max(a, b)
    }
  }
}

extension BuildConstraint {
  /// Reads the expression of a `//go:build` line, without the marker.
  static func parse(_ text: some StringProtocol) throws(SyntaxError) -> BuildConstraint {
    var parser = Parser(bytes: Array(text.utf8))
    return try parser.parse()
  }

  /// Reads the words of one `// +build` line.
  static func parse(plusBuildWords words: [Substring]) -> BuildConstraint? {
    var line: BuildConstraint?
    for word in words {
      var conjunction: BuildConstraint?
      for piece in word.split(separator: ",", omittingEmptySubsequences: false) {
        var name = piece
        let isNegated = name.hasPrefix("!")
        if isNegated { name = name.dropFirst() }
        // A word that cannot be a tag never holds, negated or not.
        let isValid = !name.isEmpty && name.utf8.allSatisfy(Parser.isTagByte)
        var tag = BuildConstraint.tag(isValid ? String(name) : "ignore")
        if isNegated, isValid { tag = .not(tag) }
        conjunction = conjunction.map { .and($0, tag) } ?? tag
      }
      if let conjunction { line = line.map { .or($0, conjunction) } ?? conjunction }
    }
    return line
  }

  private struct Parser {
    let bytes: [UInt8]
    var position = 0
    var depth = 0

    /// How deep parentheses and negations may nest, the limit of the Go project's own parser.
    static let maximumDepth = 1000

    init(bytes: [UInt8]) { self.bytes = bytes }

    static func isTagByte(_ byte: UInt8) -> Bool {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2E, 0x80...0xFF: true
      default: false
      }
    }

    mutating func parse() throws(SyntaxError) -> BuildConstraint {
      let expression = try disjunction()
      skipSpace()
      if position < bytes.count { throw unexpected() }
      return expression
    }

    private mutating func disjunction() throws(SyntaxError) -> BuildConstraint {
      var left = try conjunction()
      while accept("||") { left = .or(left, try conjunction()) }
      return left
    }

    private mutating func conjunction() throws(SyntaxError) -> BuildConstraint {
      var left = try negation()
      while accept("&&") { left = .and(left, try negation()) }
      return left
    }

    private mutating func negation() throws(SyntaxError) -> BuildConstraint {
      depth += 1
      defer { depth -= 1 }
      if depth > Self.maximumDepth { throw SyntaxError(offset: position, message: "nested too deeply") }
      if accept("!") {
        skipSpace()
        if position < bytes.count, bytes[position] == 0x21 {
          throw SyntaxError(offset: position, message: "double negation not allowed")
        }
        return .not(try negation())
      }
      if accept("(") {
        let inner = try disjunction()
        guard accept(")") else { throw SyntaxError(offset: position, message: "missing close paren") }
        return inner
      }
      skipSpace()
      let start = position
      while position < bytes.count, Self.isTagByte(bytes[position]) { position += 1 }
      if start == position { throw unexpected() }
      return .tag(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func skipSpace() {
      while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
    }

    private mutating func accept(_ token: StaticString) -> Bool {
      skipSpace()
      let length = token.utf8CodeUnitCount
      guard position + length <= bytes.count else { return false }
      for index in 0..<length where bytes[position + index] != token.utf8Start[index] { return false }
      position += length
      return true
    }

    private func unexpected() -> SyntaxError {
      if position >= bytes.count { return SyntaxError(offset: position, message: "unexpected end of expression") }
      let text = String(decoding: bytes[position...].prefix(1), as: UTF8.self)
      return SyntaxError(offset: position, message: "unexpected token \(text)")
    }
  }
}
