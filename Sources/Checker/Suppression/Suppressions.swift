import Findings
import Flow
import GoFrontend

/// The `belay:ignore` comments of a check.
///
/// A comment at the end of a line is about that line; one alone on its line is about the next line that holds code. What follows the rules is the reason.
struct Suppressions {
  private struct Comment {
    var place: Place
    /// The line that it is about.
    var line: Int
    var rules: [String]
    var reason: String
    var isUsed = false
  }

  private var comments: [Comment] = []

  init(_ directives: [GoProgram.Comment], sourceMap: any SourceMap, sources: any SourceProvider) {
    for directive in directives {
      var text = Substring(directive.text)
      for marker in ["//", "/*"] where text.hasPrefix(marker) { text = text.dropFirst(2) }
      if text.hasSuffix("*/") { text = text.dropLast(2) }
      text = text.drop { $0 == " " || $0 == "\t" }
      guard text.hasPrefix("belay:ignore") else { continue }
      let place = sourceMap.place(of: directive.range)
      let words = text.dropFirst("belay:ignore".count).split(
        separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
      let rules = words.first.map { $0.split(separator: ",").map(String.init) } ?? []
      let reason = words.count > 1 ? words[1].trimmingPrefix { $0 == " " || $0 == "-" } : ""
      comments.append(
        Comment(place: place, line: Self.subject(of: place, sources), rules: rules, reason: String(reason)))
    }
  }

  private static func subject(of place: Place, _ sources: any SourceProvider) -> Int {
    let line = sources.line(place.line, of: place.file) ?? ""
    let before = String(decoding: Array(line.utf8).prefix(place.column - 1), as: UTF8.self)
    if !before.allSatisfy(\.isWhitespace) { return place.line }
    var next = place.endLine + 1
    // Further comments may stand between, one for each rule.
    while let text = sources.line(next, of: place.file)?.drop(while: \.isWhitespace), text.hasPrefix("//") { next += 1 }
    return next
  }

  /// Marks the findings that a comment suppresses, and gives what is wrong with the comments.
  ///
  /// - Parameters:
  ///   - ran: the ids of the rules that ran.
  ///   - info: the description of BM021, nil when it is off.
  mutating func apply(to findings: inout [Finding], ran: Set<String>, known: [RuleDescription], info: RuleDescription?)
    -> [Finding]
  {
    for index in findings.indices {
      let finding = findings[index]
      for number in comments.indices {
        let comment = comments[number]
        guard comment.place.file == finding.place.file,
          (finding.place.line...max(finding.place.line, finding.place.endLine)).contains(comment.line),
          comment.rules.contains(where: { name in
            name == finding.rule || known.contains { $0.name == name && $0.id == finding.rule }
          })
        else { continue }
        findings[index].suppression = .comment(reason: comment.reason)
        comments[number].isUsed = true
      }
    }
    guard let info else { return [] }
    return comments.compactMap { fault(in: $0, ran: ran, known: known, info) }
  }

  private func fault(in comment: Comment, ran: Set<String>, known: [RuleDescription], _ info: RuleDescription)
    -> Finding?
  {
    let ids = comment.rules.map { name in known.first { $0.name == name }?.id ?? name }
    let message: String
    if ids.isEmpty {
      message =
        "belay:ignore names no rule; write for example 'belay:ignore BM005 one window for the life of the program'"
    } else if let unknown = ids.first(where: { id in !known.contains { $0.id == id } }) {
      message =
        "belay:ignore names '\(unknown)', which is no rule\(NearMiss.hint(unknown, among: known.map(\.id) + known.map(\.name)))"
    } else if comment.reason.isEmpty {
      message = "belay:ignore \(ids.joined(separator: ",")) gives no reason"
    } else if !comment.isUsed && ids.allSatisfy(ran.contains) {
      message = "belay:ignore \(ids.joined(separator: ",")) suppresses nothing"
    } else {
      return nil
    }
    return Finding(rule: info.id, severity: info.severity, message: message, place: comment.place, symbol: "")
  }
}
