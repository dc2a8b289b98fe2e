import ArgumentParser
import Checker
import Diagnosis
import Foundation
import GoRuntime
import ProcessImage

/// `belay correlate`: collection cycles and profiles on one time line.
struct Correlate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Puts collection cycles and heap profiles of a Go program on one time line.",
    discussion: """
      Profiles are heap profiles in pprof's form, compressed or not, or in the text form of debug=1, and what 'belay watch --json' or 'belay inspect --json' \
      wrote; which of these a file is, its content tells. Shows which cycle each belongs to, and what grew from one to the next, by function and by map type.
      """)

  @Option(help: ArgumentHelp("What the program wrote with GODEBUG=gctrace=1.", valueName: "log"))
  var gctrace: String

  @Argument(help: ArgumentHelp("The profiles.", valueName: "profile"))
  var profiles: [String] = []

  @Option(help: "The process, if it still runs: it tells when its cycles ended.")
  var pid: Int32?

  @Flag(help: "JSON instead of text.")
  var json = false

  @Option(help: ArgumentHelp("Write a page with a picture.", valueName: "file"))
  var html: String?

  @Option(help: ArgumentHelp("How many functions and types to show for each step.", valueName: "count"))
  var limit = 20

  func validate() throws {
    if limit < 0 { throw ValidationError("--limit is not negative.") }
  }

  func run() throws {
    do {
      let log = try CollectionLog(path: gctrace)
      let files = try profiles.flatMap { try ProfileFile.read(path: $0) }
      let state = try pid.map { try CollectorState(ProcessImage(pid: $0)) }
      let correlation = Correlation(log: log, path: gctrace, files: files, state: state)
      if let html { try Files.write(CorrelationPage(correlation, limit: limit).text, to: html, what: "the page") }
      if json {
        try Files.print(json: correlation)
      } else {
        try Files.print(correlation.text(limit: limit))
      }
    } catch let failure as ImageFailure {
      throw CheckFailure(failure.what, failure.why, failure.remedy)
    }
  }
}
