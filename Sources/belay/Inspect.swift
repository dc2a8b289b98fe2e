import ArgumentParser
import Checker
import Diagnosis
import Foundation
import GoRuntime
import ProcessImage

/// `belay inspect`: the maps of a running Go process or of a core dump.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows every map of a running Go process or a core dump.",
    discussion: """
      Without an option: all maps by type and by what keeps them alive, with entries, memory and load. The process is not stopped unless --stop is \
      given, and never written to. With --foreign the exit code is 1 if a map holds the address of freed or unmapped memory.
      """)

  @Option(help: "The process.")
  var pid: Int32?

  @Option(help: ArgumentHelp("The core dump, also compressed with gzip or zstd.", valueName: "file"))
  var core: String?

  @Option(help: ArgumentHelp("The program of the core dump, if it is not where the dump says.", valueName: "file"))
  var exe: String?

  @Option(help: ArgumentHelp("One map: the address of its header, or the name of a global variable.", valueName: "map"))
  var map: String?

  @Flag(help: "The maps that hold addresses of C's memory, and whether that is in use, freed or unmapped.")
  var foreign = false

  @Flag(help: "The memory mappings; works for any program.")
  var mappings = false

  @Flag(help: "Stop the process while it is copied, and print for how long.")
  var stop = false

  @Flag(inversion: .prefixedNo, help: "Find what keeps maps alive. Without it, types of small maps are unknown.")
  var paths = true

  @Flag(help: "JSON instead of text.")
  var json = false

  @Option(help: ArgumentHelp("Write a page with pictures of the maps, or of the one of --map.", valueName: "file"))
  var html: String?

  @Option(help: ArgumentHelp("How many lines or addresses to show.", valueName: "count"))
  var limit = 40

  @Option(help: ArgumentHelp("How many entries of a map to show.", valueName: "count"))
  var entries = 10

  func validate() throws {
    if (pid == nil) == (core == nil) { throw ValidationError("Give either --pid or --core.") }
    if core != nil, stop { throw ValidationError("--stop is for running processes: a core dump does not run.") }
    if exe != nil, core == nil { throw ValidationError("--exe goes with --core.") }
    if html != nil, foreign || mappings { throw ValidationError("--html is for all maps, or for one with --map.") }
    if limit < 0 || entries < 0 { throw ValidationError("--limit and --entries are not negative.") }
  }

  func run() throws {
    let exitCode: Int32
    do {
      exitCode = try inspect()
    } catch let failure as ImageFailure {
      throw CheckFailure(failure.what, failure.why, failure.remedy)
    }
    if exitCode != 0 { throw ExitCode(exitCode) }
  }

  private func inspect() throws -> Int32 {
    let image = try core.map { try ProcessImage(core: $0, executable: exe) } ?? ProcessImage(pid: pid ?? 0)
    if mappings {
      try printMappings(image)
      return 0
    }
    var options = GoInspection.Options()
    options.marks = paths || foreign || map != nil
    options.stops = stop
    let go = try GoInspection(image, options: options)
    if let map {
      let found = try go.map(map)
      let report = MapReport(go, found, entries: entries)
      if let html { try Files.write(InspectionPage(go, map: found, entries: entries).text, to: html, what: "the page") }
      try print(report, report.text(isClassic: !go.hasSwissMaps))
    } else if foreign {
      let report = ForeignReport(go)
      try print(report, report.text(limit: limit))
      return report.faults > 0 ? 1 : 0
    } else {
      var largest = LargestMaps()
      let report = InspectionReport(go) { largest.add($0, $1) }
      if let html {
        try Files.write(InspectionPage(go, report, largest: largest, limit: limit).text, to: html, what: "the page")
      }
      try print(report, report.text(limit: limit))
    }
    return 0
  }

  private func print(_ report: some Encodable, _ text: @autoclosure () -> String) throws {
    if json { try Files.print(json: report) } else { try Files.print(text()) }
  }

  private func printMappings(_ image: ProcessImage) throws {
    var text = ""
    for mapping in image.mappings {
      text +=
        "0x\(String(mapping.start, radix: 16))-0x\(String(mapping.end, radix: 16)) \(mapping.protection) \(mapping.path)\n"
    }
    try Files.print(text)
  }
}
