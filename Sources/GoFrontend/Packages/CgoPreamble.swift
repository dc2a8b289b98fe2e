import Findings
import Foundation

/// The C code in the comment above an `import "C"`, and the `#cgo` lines in it.
struct CgoPreamble: Sendable, Hashable {
  /// The file that holds it, by number and path.
  var file: Int
  var path: String
  /// The C code. Its first line is line `line` of the file; `#cgo` lines are left blank, so that lines keep their numbers.
  var text: String
  /// The line of the Go file on which it starts, counted from 1.
  var line: Int
  /// The words of the `#cgo` lines that hold in the build context, by verb: `CFLAGS`, `LDFLAGS`, `pkg-config`.
  var options: [String: [String]]

  /// The words for the C compiler.
  var compilerOptions: [String] { (options["CPPFLAGS"] ?? []) + (options["CFLAGS"] ?? []) }

  /// All preambles of a file in a build context.
  static func read(_ file: GoSourceFile, context: BuildContext) -> [CgoPreamble] {
    file.header.imports.filter { $0.path == "C" && !$0.documentation.isEmpty }.map { entry in
      read(entry.documentation, of: file, context: context)
    }
  }

  private static func read(
    _ comments: [FileHeader.Comment], of file: GoSourceFile, context: BuildContext
  ) -> CgoPreamble {
    var lines: [String] = []
    let first = comments[0].line
    for comment in comments {
      var text = Substring(file.source.text(comment.start + 2, comment.end))
      if file.source.bytes[Int(comment.start) + 1] == 0x2A, text.hasSuffix("*/") { text = text.dropLast(2) }
      // Each comment starts on its own line; two on one line share it.
      while lines.count < comment.line - first { lines.append("") }
      lines += text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
    var preamble = CgoPreamble(file: file.number, path: file.path, text: "", line: first, options: [:])
    for index in lines.indices where preamble.takeDirective(lines[index], in: file, context) { lines[index] = "" }
    preamble.text = lines.joined(separator: "\n") + "\n"
    return preamble
  }

  /// Reads a line if it is a `#cgo` directive: `#cgo [conditions] VERB: words`.
  private mutating func takeDirective(_ line: String, in file: GoSourceFile, _ context: BuildContext) -> Bool {
    let trimmed = line.trimmingPrefix { $0 == " " || $0 == "\t" }
    guard trimmed.hasPrefix("#cgo"), let separator = trimmed.dropFirst(4).first, separator == " " || separator == "\t"
    else { return false }
    let rest = trimmed.dropFirst(4)
    guard let colon = rest.firstIndex(of: ":") else { return true }
    var head = rest[..<colon].split { $0 == " " || $0 == "\t" }
    guard let verb = head.popLast() else { return true }
    if !head.isEmpty {
      // Words are alternatives, commas join, `!` negates: as on a `// +build` line.
      guard let condition = BuildConstraint.parse(plusBuildWords: head),
        condition.evaluate(context.matches(tag:))
      else { return true }
    }
    let folder = FileSystem.parent(file.path)
    let words = Self.words(rest[rest.index(after: colon)...]).map {
      $0.replacingOccurrences(of: "${SRCDIR}", with: folder)
    }
    options[String(verb), default: []] += words
    return true
  }

  /// The words of a directive: split at spaces, with quotes and backslashes as the go command takes them.
  static func words(_ text: some StringProtocol) -> [String] {
    var words: [String] = []
    var word: [UInt8] = []
    var hasWord = false
    var quote: UInt8?
    var isEscaped = false
    for byte in text.utf8 {
      if isEscaped {
        word.append(byte)
        isEscaped = false
      } else if byte == 0x5C {
        isEscaped = true
        hasWord = true
      } else if let open = quote {
        if byte == open { quote = nil } else { word.append(byte) }
      } else if byte == 0x22 || byte == 0x27 {
        quote = byte
        hasWord = true
      } else if byte == 0x20 || byte == 0x09 || byte == 0x0D {
        if hasWord || !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
        word.removeAll()
        hasWord = false
      } else {
        word.append(byte)
      }
    }
    if hasWord || !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
    return words
  }
}
