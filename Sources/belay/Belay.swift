import ArgumentParser

/// The command line.
@main
struct Belay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "belay",
    abstract: "Finds hash maps that hold C pointers, and the faults around them.",
    subcommands: [Maps.self]
  )
}
