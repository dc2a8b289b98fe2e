import Findings
import Flow

/// The `belay:ignore` comments of a check.
///
/// A comment on a line of code is about that line; one alone on its line is about the next line, where further comments may stand between, one for each rule.
struct Suppressions {
  private struct Comment {
    var place: Place
    /// The line that it is about.
    var line: Int
    /// The ids of the rules; what is no rule as it was written.
    var rules: [String]
    var reason: String
    var isUsed = false
  }

  private var comments: [Comment] = []
  /// The comments of each file, as indices.
  private var byFile: [String: [Int]] = [:]
  private let known: [RuleDescription]

  /// Reads the comments. `known` are all rules there are.
  init(
    _ directives: [CheckedProgram.Comment], sourceMap: any SourceMap, sources: any SourceProvider,
    known: [RuleDescription]
  ) {
    self.known = known
    var ids: [String: String] = [:]
    for rule in known {
      ids[rule.id.lowercased()] = rule.id
      ids[rule.name.lowercased()] = rule.id
    }
    for comment in directives {
      guard let directive = Directive(comment: comment.text) else { continue }
      let place = sourceMap.place(of: comment.range)
      byFile[place.file, default: []].append(comments.count)
      comments.append(
        Comment(
          place: place, line: Self.subject(of: place, sources),
          rules: directive.rules.map { ids[$0.lowercased()] ?? $0 }, reason: directive.reason))
    }
  }

  private static func subject(of place: Place, _ sources: any SourceProvider) -> Int {
    let first = Array((sources.line(place.line, of: place.file) ?? "").utf8)
    let last = Array((sources.line(place.endLine, of: place.file) ?? "").utf8)
    let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D }
    if !first.prefix(max(0, place.column - 1)).allSatisfy(isSpace) { return place.line }
    if !last.dropFirst(max(0, place.endColumn - 1)).allSatisfy(isSpace) { return place.endLine }
    var next = place.endLine + 1
    while let text = sources.line(next, of: place.file)?.drop(while: \.isWhitespace), text.hasPrefix("//") { next += 1 }
    return next
  }

  /// Marks the findings that a comment suppresses, and gives what is wrong with the comments.
  ///
  /// - Parameters:
  ///   - ran: the ids of the rules that ran.
  ///   - info: the description of BM021, nil when it is off.
  mutating func apply(to findings: inout [Finding], ran: Set<String>, info: RuleDescription?) -> [Finding] {
    for index in findings.indices {
      let place = findings[index].place
      for number in byFile[place.file] ?? [] {
        let comment = comments[number]
        guard place.line <= comment.line, comment.line <= max(place.line, place.endLine),
          comment.rules.contains(findings[index].rule)
        else { continue }
        findings[index].suppression = .comment(reason: comment.reason)
        comments[number].isUsed = true
      }
    }
    guard let info else { return [] }
    return comments.compactMap { fault(in: $0, ran: ran, info) }
  }

  private func fault(in comment: Comment, ran: Set<String>, _ info: RuleDescription) -> Finding? {
    let names = comment.rules.joined(separator: ",")
    let message: String
    if comment.rules.isEmpty {
      message =
        "belay:ignore names no rule; write for example 'belay:ignore BM005 one window for the life of the program'"
    } else if let unknown = comment.rules.first(where: { id in !known.contains { $0.id == id } }) {
      let hint = NearMiss.hint(unknown, among: known.map(\.id) + known.map(\.name))
      message = "belay:ignore names '\(unknown)', which is no rule\(hint)"
    } else if comment.reason.isEmpty {
      message = "belay:ignore \(names) gives no reason"
    } else if !comment.isUsed && comment.rules.allSatisfy(ran.contains) {
      message = "belay:ignore \(names) suppresses nothing"
    } else {
      return nil
    }
    return Finding(rule: info.id, severity: info.severity, message: message, place: comment.place, symbol: "")
  }
}
