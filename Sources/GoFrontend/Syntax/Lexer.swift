import Foundation

/// Cuts the bytes of a Go file into tokens, with the semicolons that a line end stands for.
///
/// It reads from a buffer with a zero byte behind the last one, so that no step has to ask whether the end is reached: the zero belongs to no
/// class and ends every loop. A zero within the file is told from the end by its offset.
struct Lexer {
  /// The token that `next` found last.
  var token = Token.none
  /// Offset of its first byte.
  var start = 0
  /// Offset after its last byte. An automatic semicolon is empty.
  var end = 0
  /// The name, when it is an identifier.
  private(set) var name = Name(0)
  /// Whether it is a semicolon that a line end or the end of the file stands for.
  private(set) var isAutomatic = false
  /// All comments so far.
  private(set) var comments: [SyntaxTree.Comment] = []
  /// What is wrong with the bytes so far: offset and message.
  private(set) var errors: [(offset: Int, message: String)] = []
  /// How many more there were than are kept.
  private(set) var unreportedErrors = 0

  let source: UnsafePointer<UInt8>
  let count: Int
  let classes = ByteClass.table
  var offset = 0
  /// Whether a line end here is a semicolon.
  private var endsStatement = false
  private var names: NameCache
  private static let maximumErrors = 100

  /// A lexer at the start of a file. `source` holds `count` bytes and a zero, and must outlive the lexer.
  init(source: UnsafePointer<UInt8>, count: Int, names: NameTable) {
    self.source = source
    self.count = count
    self.names = NameCache(table: names, source: source)
    // A byte order mark is allowed at the start, and nowhere else.
    if count >= 3 && source[0] == 0xEF && source[1] == 0xBB && source[2] == 0xBF { offset = 3 }
  }

  /// Gives the memory of the name cache back.
  func deallocate() { names.deallocate() }

  func byteClass(_ byte: UInt8) -> ByteClass { ByteClass(rawValue: classes[Int(byte)]) }

  mutating func report(_ offset: Int, _ message: String) {
    if errors.count < Self.maximumErrors { errors.append((offset, message)) } else { unreportedErrors += 1 }
  }

  /// Reads the next token.
  mutating func next() {
    isAutomatic = false
    skipSpace()
    if isAutomatic { return }
    start = offset
    let byte = source[offset]
    let kind = byteClass(byte)
    if kind.contains(.letter) || kind.contains(.nonASCII) {
      scanIdentifier()
      return
    }
    if kind.contains(.digit) {
      scanNumber()
      return
    }
    offset += 1
    var ends = false
    switch byte {
    case 0:
      if start >= count {
        offset = count
        start = count
        if endsStatement {
          endsStatement = false
          isAutomatic = true
          return finish(.semicolon, ends: false)
        }
        return finish(.endOfFile, ends: false)
      }
      report(start, "the file holds a NUL byte")
      token = .illegal
      ends = true
    case UInt8(ascii: "\""):
      scanString()
      ends = true
    case UInt8(ascii: "`"):
      scanRawString()
      ends = true
    case UInt8(ascii: "'"):
      scanCharacter()
      ends = true
    case UInt8(ascii: "."):
      if byteClass(source[offset]).contains(.digit) {
        offset = start
        scanNumber()
        return
      }
      if source[offset] == UInt8(ascii: "."), source[offset + 1] == UInt8(ascii: ".") {
        offset += 2
        token = .ellipsis
      } else {
        token = .period
      }
    case UInt8(ascii: "("): token = .leftParen
    case UInt8(ascii: "["): token = .leftBracket
    case UInt8(ascii: "{"): token = .leftBrace
    case UInt8(ascii: ","): token = .comma
    case UInt8(ascii: ";"): token = .semicolon
    case UInt8(ascii: ")"):
      token = .rightParen
      ends = true
    case UInt8(ascii: "]"):
      token = .rightBracket
      ends = true
    case UInt8(ascii: "}"):
      token = .rightBrace
      ends = true
    case UInt8(ascii: ":"): token = follow(UInt8(ascii: "="), .define, else: .colon)
    case UInt8(ascii: "="): token = follow(UInt8(ascii: "="), .equal, else: .assign)
    case UInt8(ascii: "!"): token = follow(UInt8(ascii: "="), .notEqual, else: .not)
    case UInt8(ascii: "*"): token = follow(UInt8(ascii: "="), .mulAssign, else: .mul)
    case UInt8(ascii: "/"): token = follow(UInt8(ascii: "="), .quoAssign, else: .quo)
    case UInt8(ascii: "%"): token = follow(UInt8(ascii: "="), .remAssign, else: .rem)
    case UInt8(ascii: "^"): token = follow(UInt8(ascii: "="), .xorAssign, else: .xor)
    case UInt8(ascii: "~"): token = .tilde
    case UInt8(ascii: "+"):
      if source[offset] == UInt8(ascii: "+") {
        offset += 1
        token = .increment
        ends = true
      } else {
        token = follow(UInt8(ascii: "="), .addAssign, else: .add)
      }
    case UInt8(ascii: "-"):
      if source[offset] == UInt8(ascii: "-") {
        offset += 1
        token = .decrement
        ends = true
      } else {
        token = follow(UInt8(ascii: "="), .subAssign, else: .sub)
      }
    case UInt8(ascii: "<"):
      if source[offset] == UInt8(ascii: "-") {
        offset += 1
        token = .arrow
      } else if source[offset] == UInt8(ascii: "<") {
        offset += 1
        token = follow(UInt8(ascii: "="), .shlAssign, else: .shl)
      } else {
        token = follow(UInt8(ascii: "="), .lessEqual, else: .less)
      }
    case UInt8(ascii: ">"):
      if source[offset] == UInt8(ascii: ">") {
        offset += 1
        token = follow(UInt8(ascii: "="), .shrAssign, else: .shr)
      } else {
        token = follow(UInt8(ascii: "="), .greaterEqual, else: .greater)
      }
    case UInt8(ascii: "&"):
      if source[offset] == UInt8(ascii: "&") {
        offset += 1
        token = .landOperator
      } else if source[offset] == UInt8(ascii: "^") {
        offset += 1
        token = follow(UInt8(ascii: "="), .andNotAssign, else: .andNot)
      } else {
        token = follow(UInt8(ascii: "="), .andAssign, else: .and)
      }
    case UInt8(ascii: "|"):
      if source[offset] == UInt8(ascii: "|") {
        offset += 1
        token = .lorOperator
      } else {
        token = follow(UInt8(ascii: "="), .orAssign, else: .or)
      }
    default:
      report(start, "a character that Go does not use: \(Self.display(byte))")
      token = .illegal
      ends = true
    }
    finish(token, ends: ends)
  }

  mutating func finish(_ token: Token, ends: Bool) {
    self.token = token
    end = offset
    endsStatement = ends
  }

  private mutating func follow(_ byte: UInt8, _ long: Token, else short: Token) -> Token {
    if source[offset] == byte {
      offset += 1
      return long
    }
    return short
  }

  private static func display(_ byte: UInt8) -> String {
    byte > 0x20 && byte < 0x7F ? "'\(Character(Unicode.Scalar(byte)))'" : "byte 0x" + String(byte, radix: 16)
  }

  // MARK: Space and comments

  /// Skips white space and comments; where a line ends that ends a statement, it gives the automatic semicolon.
  private mutating func skipSpace() {
    while true {
      let byte = source[offset]
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
        offset += 1
      case UInt8(ascii: "\n"):
        if endsStatement { return giveAutomaticSemicolon(at: offset, after: offset + 1) }
        offset += 1
      case UInt8(ascii: "/"):
        let second = source[offset + 1]
        if second == UInt8(ascii: "/") {
          let first = offset
          offset += 2
          // Unsafe: the search stays within the file.
          let lineEnd = memchr(source + offset, 0x0A, count - offset)
          offset = lineEnd.map { UnsafeRawPointer(source).distance(to: UnsafeRawPointer($0)) } ?? count
          var last = offset
          if source[last - 1] == UInt8(ascii: "\r") { last -= 1 }
          comments.append(SyntaxTree.Comment(start: UInt32(first), end: UInt32(last)))
          if endsStatement { return giveAutomaticSemicolon(at: first, after: offset) }
        } else if second == UInt8(ascii: "*") {
          let first = offset
          let hasLineEnd = skipBlockComment()
          comments.append(SyntaxTree.Comment(start: UInt32(first), end: UInt32(offset)))
          if hasLineEnd && endsStatement { return giveAutomaticSemicolon(at: first, after: offset) }
        } else {
          return
        }
      default:
        return
      }
    }
  }

  private mutating func giveAutomaticSemicolon(at first: Int, after: Int) {
    start = first
    offset = after
    token = .semicolon
    end = first
    endsStatement = false
    isAutomatic = true
  }

  private mutating func skipBlockComment() -> Bool {
    let first = offset
    var hasLineEnd = false
    offset += 2
    while offset < count {
      let byte = source[offset]
      offset += 1
      if byte == UInt8(ascii: "*") && source[offset] == UInt8(ascii: "/") {
        offset += 1
        return hasLineEnd
      }
      if byte == UInt8(ascii: "\n") { hasLineEnd = true }
    }
    report(first, "this comment is not closed: '*/' is missing")
    return hasLineEnd
  }

  // MARK: Identifiers and numbers

  private mutating func scanIdentifier() {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    while true {
      let byte = source[offset]
      let kind = classes[Int(byte)]
      if kind & (ByteClass.letter.rawValue | ByteClass.digit.rawValue) == 0 {
        if kind & ByteClass.nonASCII.rawValue == 0 { break }
        let length = scanLetter()
        if length == 0 {
          if offset == start {
            finish(.illegal, ends: endsStatement)
            return
          }
          break
        }
        for index in 0..<length { hash = (hash ^ UInt64(source[offset + index])) &* 0x100_0000_01b3 }
        offset += length
        continue
      }
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
      offset += 1
    }
    let length = offset - start
    if length >= 2 && length <= 11, let keyword = Keyword.token(source + start, length) {
      switch keyword {
      case .breakKeyword, .continueKeyword, .fallthroughKeyword, .returnKeyword: finish(keyword, ends: true)
      default: finish(keyword, ends: false)
      }
      return
    }
    name = names.name(start: start, length: length, hash: NameTable.finish(hash))
    finish(.identifier, ends: true)
  }

  /// The length of the letter or digit beyond ASCII at `offset`; 0 after a message when it is none, then the token has moved past it if it stands alone.
  private mutating func scanLetter() -> Int {
    let bytes = UnsafeBufferPointer(start: source + offset, count: min(4, count - offset))
    var iterator = bytes.makeIterator()
    var decoder = UTF8()
    switch decoder.decode(&iterator) {
    case .scalarValue(let scalar):
      let length = UTF8.width(scalar)
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return length
      case .decimalNumber where offset > start: return length
      default:
        if offset == start {
          report(offset, "a character that Go does not use here: U+\(String(scalar.value, radix: 16, uppercase: true))")
          offset += length
          // Makes the caller see that it stands alone.
          start = offset
        }
        return 0
      }
    case .error, .emptyInput:
      report(offset, "this is not UTF-8")
      if offset == start {
        offset += 1
        start = offset
      } else {
        return 0
      }
      return 0
    }
  }
}
