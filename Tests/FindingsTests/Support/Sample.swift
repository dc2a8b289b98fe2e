@testable import Findings

/// Source lines from a dictionary.
struct TextSources: SourceProvider {
  var files: [String: String]

  func line(_ number: Int, of file: String) -> String? {
    guard let lines = files[file]?.split(separator: "\n", omittingEmptySubsequences: false), number >= 1,
      number <= lines.count
    else { return nil }
    return String(lines[number - 1])
  }
}

/// A report with everything that a reporter has to deal with.
enum Sample {
  static let sources = TextSources(files: [
    "pkg/session.go": """
    package pkg

    func (s *Session) Close(k string) {
    \ts.handles[k] = C.thing_new()
    \tC.thing_free(s.handles[k]) // 漢字 before → and 👩‍👩‍👧 behind
    \tif x := "漢字"; use(s.handles[k]) { return }
    \tdelete(s.handles, k)
    }
    """,
    "pkg/hostile <&>'\".go": """
    package pkg // </script><script>alert(1)</script><!--
    var evil = "\u{1B}[31m \u{9B}31m \u{202E}txet \u{0}\u{7F}" + `]]>`
    """,
    "other.go": "package other\n\n\tfree\t(p)\t// tab inside\n",
  ])

  static func place(_ file: String, _ line: Int, _ column: Int, _ endColumn: Int) -> Place {
    Place(file: file, line: line, column: column, endLine: line, endColumn: endColumn)
  }

  static let rules = [
    RuleDescription(
      id: "BM001", name: "map-use-after-free", severity: .red, languages: [.go, .swift],
      summary: "Memory is used after it was freed.", page: "# BM001\n\nIt is freed <b>too soon</b>.\n\n    free(p)\n"),
    RuleDescription(
      id: "BM005", name: "never-removed", severity: .yellow, languages: [.go], summary: "Nothing is ever removed.",
      page: "# BM005\n"),
    RuleDescription(
      id: "BM021", name: "suppression-without-reason", severity: .green, languages: [.go], summary: "No reason.",
      isOnByDefault: false, page: "# BM021\n"),
  ]

  static let report: Report = {
    let session = "pkg/session.go"
    let hostile = "pkg/hostile <&>'\".go"
    var findings = [
      Finding(
        rule: "BM005", severity: .yellow, message: "`free` is never matched", place: place("other.go", 3, 2, 11),
        symbol: ""),
      Finding(
        rule: "BM021", severity: .green,
        message: "</script><img src=x onerror=alert(1)> \u{1B}[31m, 100% of it:\r\nnext line",
        place: place(hostile, 2, 12, 26), symbol: "<b>evil</b>",
        steps: [FlowStep(.note, at: place(hostile, 1, 16, 25), "\u{202E}reversed </li>")],
        fixes: [Fix("Replace <it>", edits: [.init(at: place(hostile, 2, 1, 4), with: "const \u{1B}")])]),
      Finding(
        rule: "BM001", severity: .red, message: "`p` is used after `C.thing_free` has freed it",
        uncertainty: "`use` is not known", place: place(session, 6, 22, 39), symbol: "(*Session).Close",
        steps: [
          FlowStep(.allocated, at: place(session, 4, 17, 30), "allocated here"),
          FlowStep(.freed, at: place(session, 5, 2, 28), "freed here by `C.thing_free`"),
          FlowStep(.called, at: place("other.go", 3, 2, 11), "through `free`"),
          FlowStep(.used, at: Place(file: session, line: 6, column: 22, endLine: 7, endColumn: 3), "used here"),
        ],
        fixes: [
          Fix(
            "Remove the entry first",
            edits: [
              .init(at: Place(file: session, line: 7, column: 2, endLine: 7, endColumn: 22), with: ""),
              .init(at: place(session, 5, 2, 2), with: "delete(s.handles, k)\n\t"),
            ])
        ]),
      Finding(
        rule: "BM001", severity: .red, message: "known", place: place(session, 5, 2, 14), symbol: "(*Session).Close"),
      Finding(
        rule: "BM005", severity: .yellow, message: "ignored", place: place(session, 4, 2, 14),
        symbol: "(*Session).Close"),
    ]
    Fingerprint.assign(to: &findings, sources: sources)
    findings[3].suppression = .baseline
    findings[4].suppression = .comment(reason: "one <session> only")
    var statistics = Report.Statistics()
    statistics.files = 3
    statistics.lines = 13
    statistics.functions = 1
    statistics.packages = 2
    statistics.seconds = 0.125
    return Report(
      toolVersion: "0.1.0", rules: rules, findings: findings,
      diagnostics: [
        Diagnostic(at: place("broken.go", 1, 1, 2), "it cannot be read: 100 %, really"),
        Diagnostic(at: place("other.go", 3, 8, 9), "expected ')'"),
      ], statistics: statistics)
  }()
}
