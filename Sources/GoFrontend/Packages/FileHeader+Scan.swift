import Foundation

extension FileHeader {
  /// Reads the head of a file. Never fails: what is wrong is in `problem`. Complexity: O(length of the head).
  static func scan(_ bytes: UnsafeRawBufferPointer) -> FileHeader {
    var header = FileHeader()
    BuildLines.read(bytes, into: &header)
    var scanner = HeaderScanner(bytes)
    scanner.scan(into: &header)
    return header
  }
}

/// The build constraints among the leading comments, line by line as `go/build` takes them: `//go:build` stands anywhere before the
/// package clause, `// +build` counts only above a blank line.
private enum BuildLines {
  static func read(_ bytes: UnsafeRawBufferPointer, into header: inout FileHeader) {
    var position = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
    var lastBlank = position
    var hasEnded = false
    var isInComment = false
    var goBuild: Range<Int>?
    var plusBuild: [Range<Int>] = []
    lines: while position < bytes.count {
      let start = position
      while position < bytes.count, bytes[position] != 0x0A { position += 1 }
      var line = trim(bytes, start..<position)
      position += 1
      if line.isEmpty, !hasEnded {
        lastBlank = start
        continue
      }
      if !starts(bytes, line, "//") { hasEnded = true }
      if !isInComment, starts(bytes, line, "//go:build") {
        let rest = line.lowerBound + 10..<line.upperBound
        if rest.isEmpty || isSpace(bytes[rest.lowerBound]) {
          if goBuild != nil {
            header.problem = .init(offset: UInt32(line.lowerBound), message: "a second //go:build line")
            header.hasInvalidConstraint = true
            return
          }
          goBuild = rest
        }
      } else if !isInComment, !hasEnded, starts(bytes, line, "//") {
        let text = trim(bytes, line.lowerBound + 2..<line.upperBound)
        if starts(bytes, text, "+build"), text.count == 6 || isSpace(bytes[text.lowerBound + 6]) {
          plusBuild.append(text.lowerBound + 6..<text.upperBound)
        }
      }
      while !line.isEmpty {
        if isInComment {
          guard let end = find(bytes, line, "*/") else { continue lines }
          isInComment = false
          line = trim(bytes, end + 2..<line.upperBound)
        } else if starts(bytes, line, "//") {
          continue lines
        } else if starts(bytes, line, "/*") {
          isInComment = true
          line = trim(bytes, line.lowerBound + 2..<line.upperBound)
        } else {
          break lines
        }
      }
    }
    apply(bytes, goBuild, plusBuild.filter { $0.lowerBound < lastBlank }, to: &header)
  }

  private static func apply(
    _ bytes: UnsafeRawBufferPointer, _ goBuild: Range<Int>?, _ plusBuild: [Range<Int>], to header: inout FileHeader
  ) {
    if let goBuild {
      do {
        header.constraint = try BuildConstraint.parse(text(bytes, goBuild))
      } catch {
        header.problem = .init(
          offset: UInt32(goBuild.lowerBound + error.offset), message: "//go:build: \(error.message)")
        header.hasInvalidConstraint = true
      }
      return
    }
    for line in plusBuild {
      let words = text(bytes, line).split { $0 == " " || $0 == "\t" || $0 == "\r" }
      guard let condition = BuildConstraint.parse(plusBuildWords: words) else { continue }
      header.constraint = header.constraint.map { .and($0, condition) } ?? condition
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }

  private static func trim(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Range<Int> {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high, isSpace(bytes[low]) { low += 1 }
    while low < high, isSpace(bytes[high - 1]) { high -= 1 }
    return low..<high
  }

  private static func starts(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ prefix: StaticString) -> Bool {
    let length = prefix.utf8CodeUnitCount
    guard range.count >= length else { return false }
    for index in 0..<length where bytes[range.lowerBound + index] != prefix.utf8Start[index] { return false }
    return true
  }

  private static func find(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ text: StaticString) -> Int? {
    var position = range.lowerBound
    while position + text.utf8CodeUnitCount <= range.upperBound {
      if starts(bytes, position..<range.upperBound, text) { return position }
      position += 1
    }
    return nil
  }

  private static func text(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }
}

/// Reads the package clause and the imports from the bytes of a file.
private struct HeaderScanner {
  private enum Item: Equatable {
    case word(Range<Int>)
    case string(Range<Int>)
    case punctuation(UInt8)
    case end
  }

  private let bytes: UnsafeRawBufferPointer
  private var position: Int
  private var line = 1
  /// The comments since the last token, with the line after the last of them.
  private var pending: [FileHeader.Comment] = []
  private var pendingEndLine = 0
  private var tokenLine = 0
  private var tokenStart = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    position = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
  }

  mutating func scan(into header: inout FileHeader) {
    guard case .word(let keyword) = next(), text(keyword) == "package" else {
      return report("expected a package clause", in: &header)
    }
    header.packageOffset = UInt32(keyword.lowerBound)
    guard case .word(let name) = next() else { return report("expected the name of the package", in: &header) }
    header.packageName = text(name)
    var item = next()
    while true {
      if item == .punctuation(0x3B) {
        item = next()
        continue
      }
      guard case .word(let word) = item, text(word) == "import" else { return }
      let documentation = takeDocumentation()
      item = next()
      if item == .punctuation(0x28) {
        item = importGroup(documentation, into: &header)
      } else {
        item = importSpec(item, documentation, into: &header)
      }
      if header.problem != nil, !header.hasInvalidConstraint { return }
    }
  }

  private mutating func importGroup(
    _ documentation: [FileHeader.Comment], into header: inout FileHeader
  ) -> Item {
    let first = header.imports.count
    var item = next()
    while item != .punctuation(0x29) {
      if item == .punctuation(0x3B) {
        item = next()
        continue
      }
      if item == .end {
        report("expected ')' behind the imports", in: &header)
        return .end
      }
      let before = header.imports.count
      item = importSpec(item, takeDocumentation(), into: &header)
      if header.imports.count == before { return .end }
    }
    // What stands above a group belongs to its only spec.
    if header.imports.count == first + 1, header.imports[first].documentation.isEmpty {
      header.imports[first].documentation = documentation
    }
    return next()
  }

  private mutating func importSpec(
    _ first: Item, _ documentation: [FileHeader.Comment], into header: inout FileHeader
  ) -> Item {
    var item = first
    var name = ""
    switch item {
    case .word(let range):
      name = text(range)
      item = next()
    case .punctuation(0x2E):
      name = "."
      item = next()
    default: break
    }
    guard case .string(let range) = item else {
      report("expected the path of an import", in: &header)
      return .end
    }
    header.imports.append(
      FileHeader.Import(
        path: unquote(range), name: name, start: UInt32(range.lowerBound), end: UInt32(range.upperBound),
        documentation: documentation))
    return next()
  }

  private mutating func report(_ message: String, in header: inout FileHeader) {
    if header.problem == nil { header.problem = .init(offset: UInt32(tokenStart), message: message) }
  }

  /// The comments that end on the line above the last token.
  private func takeDocumentation() -> [FileHeader.Comment] {
    guard !pending.isEmpty, pendingEndLine + 1 == tokenLine else { return [] }
    return pending
  }

  private mutating func next() -> Item {
    pending.removeAll(keepingCapacity: true)
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case 0x0A:
        line += 1
        position += 1
      case 0x20, 0x09, 0x0D: position += 1
      case 0x2F where position + 1 < bytes.count && (bytes[position + 1] == 0x2F || bytes[position + 1] == 0x2A):
        comment(isBlock: bytes[position + 1] == 0x2A)
      default: return token(byte)
      }
    }
    tokenStart = bytes.count
    tokenLine = line
    return .end
  }

  private mutating func comment(isBlock: Bool) {
    let start = position
    let startLine = line
    // A gap of a line ends a group of comments.
    if !pending.isEmpty, startLine > pendingEndLine + 1 { pending.removeAll(keepingCapacity: true) }
    position += 2
    if isBlock {
      while position < bytes.count {
        if bytes[position] == 0x2A, position + 1 < bytes.count, bytes[position + 1] == 0x2F {
          position += 2
          break
        }
        if bytes[position] == 0x0A { line += 1 }
        position += 1
      }
    } else {
      while position < bytes.count, bytes[position] != 0x0A { position += 1 }
    }
    pending.append(.init(start: UInt32(start), end: UInt32(position), line: startLine))
    pendingEndLine = line
  }

  private mutating func token(_ byte: UInt8) -> Item {
    tokenStart = position
    tokenLine = line
    if isWord(byte) {
      while position < bytes.count, isWord(bytes[position]) { position += 1 }
      return .word(tokenStart..<position)
    }
    position += 1
    guard byte == 0x22 || byte == 0x60 else { return .punctuation(byte) }
    while position < bytes.count, bytes[position] != byte {
      if bytes[position] == 0x0A {
        if byte == 0x22 { return .punctuation(byte) }
        line += 1
      }
      if byte == 0x22, bytes[position] == 0x5C { position += 1 }
      position += 1
    }
    guard position < bytes.count else {
      position = bytes.count
      return .punctuation(byte)
    }
    position += 1
    return .string(tokenStart..<position)
  }

  private func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x80...0xFF: true
    default: false
    }
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  private func unquote(_ range: Range<Int>) -> String {
    let inner = text(range.lowerBound + 1..<range.upperBound - 1)
    // An import path has no characters that need an escape; one that is there all the same leads to no folder.
    return inner
  }
}
