import ArgumentParser
import Checker
import Diagnosis
import Foundation
import ProcessImage

/// `belay watch`: the maps of a running process over time.
struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Shows which maps of a running Go process grow.",
    discussion: """
      Looks at the process again and again until it ends, --count is reached or Ctrl-C is pressed. The process is neither stopped nor written to. Each look \
      reads the whole heap; a large one takes longer than the interval, and the next look then follows at once.
      """)

  @Argument(help: "The process.")
  var pid: Int32

  @Option(help: ArgumentHelp("How many seconds lie between the starts of two looks.", valueName: "seconds"))
  var interval = 2.0

  @Option(help: ArgumentHelp("How many looks to take.", valueName: "count"))
  var count: Int?

  @Option(help: ArgumentHelp("How many maps to show.", valueName: "count"))
  var limit = 20

  @Flag(
    inversion: .prefixedNo,
    help: "Find what keeps maps alive. Without it looks are quicker, and types of small maps are unknown.")
  var paths = true

  @Flag(help: "A line of JSON for each look.")
  var json = false

  @Option(help: ArgumentHelp("Write a page with the time line at the end.", valueName: "file"))
  var html: String?

  func validate() throws {
    if !(interval >= 0 && interval <= 86_400) { throw ValidationError("--interval is between 0 and 86400 seconds.") }
    if let count, count < 1 { throw ValidationError("--count is at least 1.") }
    if limit < 1 { throw ValidationError("--limit is at least 1.") }
  }

  func run() throws {
    let interruption = Interruption()
    let watch = Watch(pid: pid, marks: paths, limit: limit)
    var first: WatchSample?
    var samples: [WatchSample] = []
    var taken = 0
    let clock = ContinuousClock()
    while !interruption.hasHappened {
      let begin = clock.now
      let sample: WatchSample
      do {
        sample = try watch.look()
      } catch {
        // A process that is gone after it was seen is the end of the watch, not a fault.
        guard taken > 0 else { throw CheckFailure(error.what, error.why, error.remedy) }
        Files.printError("belay: \(error.what): \(error.why)")
        break
      }
      taken += 1
      if first == nil { first = sample }
      if html != nil { keep(sample, in: &samples) }
      try show(sample, first: first ?? sample)
      if taken == count { break }
      interruption.wait(atMost: .seconds(interval) - begin.duration(to: clock.now))
    }
    if let html { try Files.write(WatchPage(samples).text, to: html, what: "the page") }
  }

  /// Keeps a sample for the page. Of a long watch the older ones are thinned out, so that memory is bounded.
  private func keep(_ sample: WatchSample, in samples: inout [WatchSample]) {
    if samples.count >= 1000 {
      samples = samples.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
    }
    samples.append(sample)
  }

  private func show(_ sample: WatchSample, first: WatchSample) throws {
    if json { return try Files.print(json: sample, onOneLine: true) }
    // On a terminal each look takes the place of the one before; elsewhere they follow one another.
    let isTerminal = isatty(STDOUT_FILENO) == 1
    try Files.print((isTerminal ? "\u{1B}[H\u{1B}[J" : "") + sample.text(first: first) + (isTerminal ? "" : "\n"))
  }
}
