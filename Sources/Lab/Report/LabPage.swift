import Diagnosis

/// The report as a page of its own: each fault explained, what happened to each program, the maps that they drew, and what to type to try it.
public struct LabPage {
  /// The page.
  public let text: String

  /// Draws a report.
  public init(_ report: LabReport) {
    let results = report.scenarios.flatMap(\.results)
    var page = Page(
      title: "Belay's lab",
      summary: [
        "\(results.count) runs of programs with faults and with defences, each in a process of its own. What stands here is what happened on this machine."
      ], style: Self.style)
    for scenario in report.scenarios {
      page.section("\(scenario.number). \(scenario.title)", "", Self.body(of: scenario))
    }
    let matrix = report.matrix
    if !matrix.rows.isEmpty {
      page.section(
        "Which tool catches which fault", "The same program without a tool and with each; an empty cell did not run.",
        Markup.table(
          ["", "language", "program"] + matrix.columns,
          matrix.rows.map { ["\($0.scenario)", $0.language, $0.variant] + $0.cells.map { $0 ?? "" } }, numbers: [0]))
    }
    if !report.claims.isEmpty {
      page.section(
        "Popular sentences about Go's maps, tried", "Each was tried by a program on this machine.",
        Self.table(
          ["sentence", "verdict", "what was seen", "why", "by hand"],
          report.claims.map { claim in
            [
              Markup.escape(claim.claim),
              "<b>\(claim.verdictText)</b><br>\(Markup.escape(claim.language))", Markup.escape(claim.detail),
              Markup.escape(claim.explanation), "<code>\(Markup.escape(claim.command))</code>",
            ]
          }))
    }
    page.notes(report.notes)
    text = page.text
  }

  private static func body(of scenario: LabReport.Scenario) -> String {
    var text = "<p>\(Markup.escape(scenario.explanation))</p>\n"
    text += table(
      ["program", "what it does", "outcome", "", "by hand"],
      scenario.results.map { result in
        let name = "\(Markup.escape(result.language)) <b>\(Markup.escape(result.variant))</b>"
        let with = result.tool.map { "<br>with \(Markup.escape($0))" } ?? "<br>\(result.kind.rawValue)"
        let facts = result.facts.map { Markup.escape("\($0.name) = \($0.value)") }.joined(separator: "<br>")
        return [
          name + "<span class=\"faint\">\(with)</span>", Markup.escape(result.shows),
          "<span class=\"outcome \(result.outcome.kind.rawValue)\">\(result.outcome.kind.text)</span>",
          Markup.escape(result.outcome.text) + (facts.isEmpty ? "" : "<p class=\"faint\">\(facts)</p>"),
          "<code>\(Markup.escape(result.command))</code>",
        ]
      })
    for result in scenario.results where result.tool == nil {
      for picture in result.pictures where isPlain(picture.svg) {
        text +=
          "<figure class=\"map\"><figcaption>\(Markup.escape("\(result.language) \(result.variant): \(picture.title)"))</figcaption>\n<div class=\"scroll\">\(picture.svg)</div></figure>\n"
      }
    }
    return text
  }

  /// Whether a picture has nothing in it but shapes and text. The page runs no scripts anyway, and loads nothing.
  private static func isPlain(_ svg: String) -> Bool {
    let names: Set<Substring> = ["svg", "rect", "text", "title", "g", "line"]
    return svg.split(separator: "<").allSatisfy { part in
      names.contains((part.first == "/" ? part.dropFirst() : part).prefix { $0.isLetter })
    }
  }

  /// A table of cells that are markup already.
  private static func table(_ header: [String], _ rows: [[String]]) -> String {
    "<div class=\"scroll\"><table class=\"lab\"><thead><tr>"
      + header.map { "<th>\(Markup.escape($0))</th>" }.joined() + "</tr></thead><tbody>"
      + rows.map { "<tr>" + $0.map { "<td>\($0)</td>" }.joined() + "</tr>" }.joined(separator: "\n")
      + "</tbody></table></div>\n"
  }

  private static let style = """
    .lab td { border-bottom: 1px solid var(--line); padding-top: .3rem; } .lab td:nth-child(4) { overflow-wrap: anywhere; min-width: 16rem; }
    .outcome { display: inline-block; white-space: nowrap; border-radius: .3rem; padding: 0 .4rem; border: 1px solid currentColor; color: var(--faint); }
    .outcome.crashed, .outcome.wrong-object, .outcome.stale-data, .outcome.hung, .outcome.failed { color: var(--red); }
    .outcome.leaked, .outcome.lost-entry, .outcome.kept-alive { color: var(--c1); } .outcome.caught, .outcome.given-back { color: var(--c2); }
    figure.map { margin: .8rem 0; } figure.map svg { width: auto; max-width: none; } figcaption { color: var(--faint); font-size: 13px; }
    """
}
