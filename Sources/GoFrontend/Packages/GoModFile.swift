import Findings

/// What a go.mod or go.work file says, as far as it decides where packages lie and which language version they have.
struct GoModFile: Sendable {
  struct Requirement: Sendable, Hashable {
    var path: String
    var version: String
  }

  struct Replacement: Sendable, Hashable {
    var path: String
    /// Empty: every version.
    var version: String
    /// A folder (`./x`, `../x`, `/x`) or another module's path.
    var newPath: String
    /// Empty for a folder.
    var newVersion: String

    var isFolder: Bool {
      newPath.hasPrefix("./") || newPath.hasPrefix("../") || newPath.hasPrefix("/") || newPath == "." || newPath == ".."
    }
  }

  /// The module path; empty in a go.work.
  var module = ""
  /// The go line.
  var goVersion: GoVersion?
  var toolchain = ""
  var requirements: [Requirement] = []
  var replacements: [Replacement] = []
  var exclusions: [Requirement] = []
  var tools: [String] = []
  /// The folders of a go.work.
  var uses: [String] = []
  /// What could not be read.
  var diagnostics: [Diagnostic] = []

  /// Reads a go.mod or go.work. Never fails: lines that cannot be read become diagnostics, the others count.
  init(text: String, path: String) {
    var block: String?
    var number = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      let (words, problem) = Self.words(line)
      if let problem {
        diagnostics.append(Diagnostic(at: Place(file: path, line: number, column: problem.column), problem.message))
        continue
      }
      guard let first = words.first else { continue }
      if let open = block {
        if first.text == ")" {
          block = nil
        } else {
          apply(open, words, path: path, line: number)
        }
      } else if words.count == 2, words[1].text == "(" {
        block = first.text
      } else if words.count == 3, words[1].text == "(", words[2].text == ")" {
        continue
      } else {
        apply(first.text, Array(words.dropFirst()), path: path, line: number, column: first.column)
      }
    }
    if let block {
      diagnostics.append(
        Diagnostic(at: Place(file: path, line: max(number, 1), column: 1), "the block of '\(block)' has no ')'"))
    }
  }

  private struct Word {
    var text: String
    var column: Int
  }

  /// The words of a line: bare, "quoted" or `raw`; a comment ends it.
  private static func words(_ line: Substring) -> ([Word], (column: Int, message: String)?) {
    let bytes = Array(line.utf8)
    var words: [Word] = []
    var position = 0
    while position < bytes.count {
      let start = position
      switch bytes[position] {
      case 0x20, 0x09, 0x0D: position += 1
      case 0x2F where position + 1 < bytes.count && bytes[position + 1] == 0x2F: return (words, nil)
      case 0x28, 0x29:
        words.append(Word(text: bytes[position] == 0x28 ? "(" : ")", column: start + 1))
        position += 1
      case 0x22, 0x60:
        let quote = bytes[position]
        var text: [UInt8] = []
        position += 1
        while position < bytes.count, bytes[position] != quote {
          if quote == 0x22, bytes[position] == 0x5C, position + 1 < bytes.count { position += 1 }
          text.append(bytes[position])
          position += 1
        }
        guard position < bytes.count else { return (words, (start + 1, "a string without its closing quote")) }
        position += 1
        words.append(Word(text: String(decoding: text, as: UTF8.self), column: start + 1))
      default:
        while position < bytes.count {
          let byte = bytes[position]
          if byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x28 || byte == 0x29 { break }
          if byte == 0x2F, position + 1 < bytes.count, bytes[position + 1] == 0x2F, position > start { break }
          position += 1
        }
        words.append(Word(text: String(decoding: bytes[start..<position], as: UTF8.self), column: start + 1))
      }
    }
    return (words, nil)
  }

  private mutating func apply(_ verb: String, _ words: [Word], path: String, line: Int, column: Int = 1) {
    func text(_ index: Int) -> String { words[index].text }
    switch (verb, words.count) {
    case ("module", 1): module = text(0)
    case ("go", 1):
      goVersion = GoVersion(goLine: text(0))
      if goVersion == nil { fail("'\(text(0))' is not a version of Go 1", path, line, words[0].column) }
    case ("toolchain", 1): toolchain = text(0)
    case ("require", 2): requirements.append(Requirement(path: text(0), version: text(1)))
    case ("exclude", 2): exclusions.append(Requirement(path: text(0), version: text(1)))
    case ("tool", 1): tools.append(text(0))
    case ("use", 1): uses.append(text(0))
    case ("replace", 3...5):
      guard let arrow = words.firstIndex(where: { $0.text == "=>" }), arrow == 1 || arrow == 2,
        words.count - arrow == 2 || words.count - arrow == 3
      else { return fail("expected 'replace path [version] => path [version]'", path, line, column) }
      replacements.append(
        Replacement(
          path: text(0), version: arrow == 2 ? text(1) : "", newPath: text(arrow + 1),
          newVersion: words.count - arrow == 3 ? text(arrow + 2) : ""))
    case ("retract", _), ("godebug", _), ("ignore", _): break
    case ("module", _), ("go", _), ("toolchain", _), ("require", _), ("exclude", _), ("tool", _), ("use", _),
      ("replace", _):
      fail("'\(verb)' with \(words.count) words cannot be read", path, line, column)
    default: fail("unknown directive '\(verb)'", path, line, column)
    }
  }

  private mutating func fail(_ message: String, _ path: String, _ line: Int, _ column: Int) {
    diagnostics.append(Diagnostic(at: Place(file: path, line: line, column: column), message))
  }
}
