import Foundation

/// A Go toolchain that the lab builds programs with.
public struct GoToolchain: Sendable, Equatable {
  /// The go command, with its path.
  public let command: String
  /// Its version, as it says it: `go1.27.3`.
  public let version: String

  /// Takes a go command.
  ///
  /// - Throws: When it does not say its version.
  public init(command: String) throws(LabFailure) {
    self.command = command
    let child = ChildProcess(
      command: [command, "env", "GOVERSION"], environment: Self.environment, timeLimit: .seconds(60))
    let evidence = child.run()
    let answer = evidence.output.trimmingCharacters(in: .whitespacesAndNewlines)
    guard evidence.end == .exited(0), answer.hasPrefix("go") else {
      throw LabFailure(
        "cannot use \(command)", "'go env GOVERSION' says nothing that is a version",
        "set BELAY_GO, or BELAY_GO_CLASSIC for a Go before 1.24, to a go command")
    }
    version = answer
  }

  /// The toolchains that there are: BELAY_GO or the one in PATH, and BELAY_GO_CLASSIC.
  ///
  /// - Throws: When one that a variable names cannot be used.
  public static func found() throws(LabFailure) -> [GoToolchain] {
    let variables = ProcessInfo.processInfo.environment
    let inPath = (variables["PATH"] ?? "").split(separator: ":").map { "\($0)/go" }.first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
    var result: [GoToolchain] = []
    for command in [variables["BELAY_GO"] ?? inPath, variables["BELAY_GO_CLASSIC"]] {
      guard let command, !command.isEmpty else { continue }
      let toolchain = try GoToolchain(command: command)
      if !result.contains(where: { $0.version == toolchain.version }) { result.append(toolchain) }
    }
    return result
  }

  /// Whether its maps are those with buckets and overflow buckets, which Go had until 1.23.
  public var isClassic: Bool {
    let numbers = version.dropFirst(2).split(separator: ".").map { Int($0.prefix { $0.isNumber }) ?? 0 }
    return numbers.count >= 2 && (numbers[0], numbers[1]) < (1, 24)
  }

  /// What `scenario.yml` calls it.
  var layout: String { isClassic ? "classic" : "swiss" }

  /// What the report calls it.
  var label: String { "Go " + version.dropFirst(2) }

  /// Nothing is fetched, and nothing around the programs has a say.
  static let environment = [
    "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod", "GOWORK": "off", "CGO_ENABLED": "1", "GOROOT": "",
  ]
}
