import Flow

/// What other packages can see of a Go file: its tokens without comments and without the bodies of its functions, as a digest.
enum DeclarationShape {
  /// The digest of a file; where braces do not match, or a body seems to run into the next function, that of all of its bytes.
  ///
  /// Complexity: O(size).
  static func digest(of source: SourceBytes, names: NameTable) -> UInt64 {
    // Unsafe: the lexer reads the bytes of `source` and the zero behind them, and does not outlive it.
    let base = source.bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
    var lexer = Lexer(source: base, count: source.count, names: names)
    defer { lexer.deallocate() }
    var digest: UInt64 = 1
    /// How many brackets of all kinds are open.
    var level = 0
    var isFunction = false
    var previous = Token.semicolon
    while true {
      lexer.next()
      let token = lexer.token
      if token == .endOfFile { break }
      if level == 0, token == .funcKeyword, previous == .semicolon { isFunction = true }
      if isFunction, level == 0, token == .leftBrace, previous != .interfaceKeyword, previous != .structKeyword {
        guard skipBody(&lexer, source) else { return ContentHash.hash(source.bytes, seed: 2) }
        isFunction = false
        previous = .rightBrace
        continue
      }
      switch token {
      case .leftBrace, .leftParen, .leftBracket: level += 1
      case .rightBrace, .rightParen, .rightBracket: level -= 1
      case .semicolon where level == 0: isFunction = false
      default: break
      }
      if level < 0 { return ContentHash.hash(source.bytes, seed: 2) }
      let text = UnsafeRawBufferPointer(rebasing: source.bytes[lexer.start..<max(lexer.start, lexer.end)])
      digest = ContentHash.hash(token == .semicolon ? UnsafeRawBufferPointer(start: nil, count: 0) : text, seed: digest)
      digest = ContentHash.combine(digest, UInt64(token.rawValue))
      previous = token
    }
    return level == 0 && lexer.errors.isEmpty ? digest : ContentHash.hash(source.bytes, seed: 2)
  }

  /// Goes to the brace that closes a body; false where there is none, or a function starts at the left margin on the way.
  private static func skipBody(_ lexer: inout Lexer, _ source: SourceBytes) -> Bool {
    var level = 1
    while level > 0 {
      lexer.next()
      switch lexer.token {
      case .leftBrace: level += 1
      case .rightBrace: level -= 1
      case .funcKeyword where lexer.start > 0 && source.bytes[lexer.start - 1] == 0x0A: return false
      case .endOfFile: return false
      default: break
      }
    }
    return true
  }
}
