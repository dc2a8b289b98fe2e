import ArgumentParser
import Foundation
import GoFrontend

/// `belay maps`: the inventory of map types.
struct Maps: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists every map type, and which of them hold C addresses.",
    discussion: """
      Each line is a map type that is written, a variable of a named map type, or a sync.Map: its place, form, key and value type, and what of C's \
      each of them can hold: C (a C type or a pointer to one), unsafe.Pointer, uintptr.
      """)

  @Argument(help: "Files and folders; a folder means everything below it.")
  var paths = ["."]

  @Flag(help: "One JSON object a line.")
  var json = false

  @Flag(help: "Only maps that can hold a C address or a uintptr.")
  var addresses = false

  @Flag(help: "Read _test.go files as well.")
  var tests = false

  @Option(help: ArgumentHelp("The operating system that files are chosen for.", valueName: "name"))
  var goos = BuildContext.hostOperatingSystem

  @Option(help: ArgumentHelp("The processor architecture that files are chosen for.", valueName: "name"))
  var goarch = BuildContext.hostArchitecture

  @Option(help: ArgumentHelp("Build tags, separated by commas.", valueName: "list"))
  var tags = ""

  func run() throws {
    try Files.checkExistence(of: paths, toDo: "read")
    let context = BuildContext(
      operatingSystem: goos, architecture: goarch, tags: Set(tags.split(separator: ",").map(String.init)))
    let inventory = MapInventory(paths: paths, context: context, includesTests: tests)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var output = ""
    for row in inventory.rows where !addresses || !(row.keyHolds + row.valueHolds).isEmpty {
      if json {
        output += String(decoding: try encoder.encode(row), as: UTF8.self)
      } else {
        let held = { (names: [String]) in names.isEmpty ? "" : " (\(names.joined(separator: ", ")))" }
        let map =
          row.form == .syncMap ? "sync.Map" : "map[\(row.key)\(held(row.keyHolds))]\(row.value)\(held(row.valueHolds))"
        output += "\(row.file):\(row.line):\(row.column): \(row.form == .inferred ? "variable of " : "")\(map)"
      }
      output += "\n"
    }
    try Files.print(output)
    for diagnostic in inventory.diagnostics {
      Files.printError("belay: \(diagnostic.place): \(diagnostic.message)")
    }
  }
}
