import ArgumentParser
import Checker
import Findings
import Foundation

/// `belay rules`: what is looked for.
struct Rules: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Lists the rules.")

  @Flag(help: "As JSON, with the pages.")
  var json = false

  func run() throws {
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try Files.print(String(decoding: try encoder.encode(Checker.rules), as: UTF8.self) + "\n")
      return
    }
    let width = Checker.rules.map(\.name.count).max() ?? 0
    for rule in Checker.rules {
      let name = rule.name.padding(toLength: width, withPad: " ", startingAt: 0)
      let severity = rule.severity.rawValue.padding(toLength: 6, withPad: " ", startingAt: 0)
      let languages = rule.languages.map { $0 == .go ? "Go" : "Swift" }.joined(separator: " ")
      try Files.print(
        "\(rule.id)  \(name)  \(severity)  \(languages.padding(toLength: 8, withPad: " ", startingAt: 0))  \(rule.summary)\(rule.isOnByDefault ? "" : " (off by default)")\n"
      )
    }
  }
}

/// Finds a rule by what the user typed.
enum RuleLookup {
  static func find(_ word: String, in rules: [RuleDescription]) throws -> RuleDescription {
    if let rule = rules.first(where: { $0.id.lowercased() == word.lowercased() || $0.name == word.lowercased() }) {
      return rule
    }
    let hint = NearMiss.hint(word, among: rules.map(\.id) + rules.map(\.name))
    throw CheckFailure("unknown rule '\(word)'", "no rule has this id or name\(hint)", "'belay rules' lists them")
  }
}
