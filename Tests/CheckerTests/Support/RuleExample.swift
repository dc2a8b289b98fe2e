import Checker
import Findings

/// One example of a rule: a package that is faulty, or one that is safe, with the lines that must be reported.
///
/// A line that must be reported ends in `// want BM001`, or names several rules. The comment is taken away before the package is checked, so that it cannot become
/// part of a comment under test.
struct RuleExample: Sendable {
  /// A rule at a line.
  struct Mark: Hashable, Comparable, CustomStringConvertible, Sendable {
    var file: String
    var line: Int
    var rule: String

    static func < (left: Mark, right: Mark) -> Bool {
      (left.file, left.line, left.rule) < (right.file, right.line, right.rule)
    }

    var description: String { "\(rule) at \(file):\(line)" }
  }

  /// What became of an example.
  struct Outcome: Sendable {
    /// What was wanted and not reported.
    var missed: [Mark]
    /// What was reported besides: by the example's rule, and in a safe example whatever is red or yellow.
    var invented: [Mark]

    var isMet: Bool { missed.isEmpty && invented.isEmpty }
  }

  /// The rule that it is about.
  var rule: String
  /// `faulty/03-through-a-method`.
  var name: String
  var files: [TextArchive.File]
  var wanted: Set<Mark>

  var isFaulty: Bool { name.hasPrefix("faulty/") }
  /// The name that `KnownMisses` uses.
  var id: String { "\(rule)/\(name)" }

  /// What is wrong with an archive of examples.
  struct Malformed: Error, CustomStringConvertible {
    var description: String
  }

  /// Reads the examples of a rule, in the order of the archive.
  static func read(_ text: String, rule: String) throws -> [RuleExample] {
    var examples: [RuleExample] = []
    for file in TextArchive(text).files {
      let parts = file.name.split(separator: "/", maxSplits: 2).map(String.init)
      guard parts.count == 3, ["faulty", "safe"].contains(parts[0]) else {
        throw Malformed(description: "\(rule): '\(file.name)' is not faulty/NN-name/file or safe/NN-name/file")
      }
      let name = parts[0] + "/" + parts[1]
      if examples.last?.name != name {
        if examples.contains(where: { $0.name == name }) {
          throw Malformed(description: "\(rule): the files of '\(name)' do not stand together")
        }
        examples.append(RuleExample(rule: rule, name: name, files: [], wanted: []))
      }
      examples[examples.count - 1].add(TextArchive.File(name: parts[2], text: file.text))
    }
    for example in examples {
      let isMarked = example.wanted.contains { $0.rule == rule }
      if example.isFaulty != isMarked {
        throw Malformed(
          description: example.isFaulty
            ? "\(example.id) wants no \(rule)" : "\(example.id) is safe, and yet a line wants \(rule)")
      }
    }
    return examples
  }

  private mutating func add(_ file: TextArchive.File) {
    var lines: [String] = []
    for (index, line) in file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      guard let marker = line.ranges(of: "// want ").last else {
        lines.append(String(line))
        continue
      }
      let rules = line[marker.upperBound...].split { $0 == " " || $0 == "," }
      for rule in rules { wanted.insert(Mark(file: file.name, line: index + 1, rule: String(rule))) }
      lines.append(String(line[..<marker.lowerBound]))
    }
    files.append(TextArchive.File(name: file.name, text: lines.joined(separator: "\n")))
  }

  /// What its rule says of the package.
  func findings() throws -> [Finding] { try report().open.filter { $0.rule == rule } }

  /// Checks the package with all rules, and compares what is open with what is wanted.
  func check() throws -> Outcome {
    let report = try report()
    func mark(_ finding: Finding) -> Mark {
      Mark(file: finding.place.file, line: finding.place.line, rule: finding.rule)
    }
    let reported = Set(report.open.map(mark))
    let unwelcome = report.open.filter { $0.rule == rule || !isFaulty && $0.severity != .green }
    return Outcome(
      missed: wanted.subtracting(reported).sorted(),
      invented: Set(unwelcome.map(mark)).subtracting(wanted).sorted())
  }

  private func report() throws -> Report {
    let folder = try TemporaryFolder()
    for file in files { try folder.write(file.text, to: file.name) }
    if !files.contains(where: { $0.name == "go.mod" || $0.name.hasSuffix(".swift") }) {
      try folder.write("module example.com/example\n\ngo 1.24\n", to: "go.mod")
    }
    var options = CheckOptions()
    options.paths = [folder.path]
    options.root = folder.path
    if files.contains(where: { $0.name == ".belay.yml" }) {
      options.configuration = try ConfigurationFile.read(folder.path + "/.belay.yml", rules: Checker.rules)
    }
    options.onlyRules = Set(Checker.rules.map(\.id))
    let report = Checker(options: options).run()
    if let diagnostic = report.diagnostics.first {
      throw Malformed(description: "\(id) is not analysed in full: \(diagnostic.place): \(diagnostic.message)")
    }
    return report
  }
}
