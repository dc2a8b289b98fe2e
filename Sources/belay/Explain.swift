import ArgumentParser
import Checker
import Findings

/// `belay explain`: the page of a rule.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Explains a rule: the fault, why it is one, and the safe form.")

  @Argument(help: "The id or name of a rule: BM001, map-use-after-free.")
  var rule: String

  func run() throws {
    let found = try RuleLookup.find(rule, in: Checker.rules)
    try Files.print(MarkdownPage(usesColor: Terminal().usesColor).render(found.page))
  }
}
