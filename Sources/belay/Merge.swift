import ArgumentParser
import Checker
import Findings
import Foundation

/// `belay merge`: joins the reports of a check that was spread over machines.
struct Merge: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Joins the SARIF reports of 'belay check --shard' into one.")

  @Argument(help: "SARIF files that belay check wrote.")
  var files: [String]

  @Option(name: .shortAndLong, help: ArgumentHelp("Write the report to a file.", valueName: "file"))
  var output: String?

  @Option(help: "Findings of at least this severity make the exit code 1: red, yellow or green.")
  var failOn = Severity.red

  func run() throws {
    let reports = try files.map { path in
      guard let data = FileManager.default.contents(atPath: path) else {
        throw CheckFailure(
          "cannot read \(path)", "there is no such file, or it may not be read",
          "give files that 'belay check --format sarif' wrote")
      }
      do {
        return try SARIFReader.report(data)
      } catch let failure as SARIFReader.Failure {
        throw CheckFailure(
          "cannot merge \(path)", failure.description, "give files that 'belay check --format sarif' wrote")
      }
    }
    let merged = SARIFReader.merge(reports)
    // Columns are in UTF-16 units already: no source is needed to write them again.
    let text = SARIFReporter().render(merged, sources: NoSources())
    if let output { try Files.write(text, to: output, what: "the report") } else { try Files.print(text) }
    if merged.open.contains(where: { $0.severity >= failOn }) { throw ExitCode(1) }
  }
}

private struct NoSources: SourceProvider {
  func line(_ number: Int, of file: String) -> String? { nil }
}
