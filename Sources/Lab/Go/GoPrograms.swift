import Foundation
import LabFaults

/// The lab's Go programs, and what builds them.
public final class GoPrograms {
  /// The folder of their module.
  public let folder: String
  /// What builds them.
  public let toolchains: [GoToolchain]
  let scenarios: [GoScenario]
  /// Where executables go.
  private let output: URL
  private var built: [[String]: Result<String, LabFailure>] = [:]

  /// Programs of a folder.
  ///
  /// - Throws: When one of its files cannot be read or understood.
  public init(folder: String, toolchains: [GoToolchain]) throws(LabFailure) {
    self.folder = folder
    self.toolchains = toolchains
    scenarios = try GoScenario.all(in: folder)
    output = FileManager.default.temporaryDirectory.appendingPathComponent("belay-lab-go-\(UUID().uuidString)")
  }

  deinit {
    // A folder that is left behind for the system to clear is no reason to fail.
    try? FileManager.default.removeItem(at: output)
  }

  /// Where the programs are: below the current folder, or below one that this program is in, as it is in a clone.
  public static func found(beside executable: URL) -> String? {
    var places = [URL(fileURLWithPath: FileManager.default.currentDirectoryPath)]
    var place = executable.deletingLastPathComponent()
    for _ in 0..<8 where place.path != "/" {
      places.append(place)
      place.deleteLastPathComponent()
    }
    return places.map { $0.appendingPathComponent("Examples/Lab/Go").path }.first {
      FileManager.default.fileExists(atPath: $0 + "/go.mod")
    }
  }

  /// The executable of a variant, built if it has not been.
  func executable(
    of scenario: GoScenario, _ variant: GoScenario.Variant, with toolchain: GoToolchain
  ) -> Result<String, LabFailure> {
    let experiment = variant.env?["GOEXPERIMENT"]
    let key = [scenario.folder, toolchain.command, experiment ?? ""] + (variant.flags ?? [])
    if let known = built[key] { return known }
    let result = build(scenario, variant, toolchain, experiment, output.appendingPathComponent("\(built.count)").path)
    built[key] = result
    return result
  }

  private func build(
    _ scenario: GoScenario, _ variant: GoScenario.Variant, _ toolchain: GoToolchain, _ experiment: String?,
    _ path: String
  ) -> Result<String, LabFailure> {
    var environment = GoToolchain.environment
    if let experiment { environment["GOEXPERIMENT"] = experiment }
    let child = ChildProcess(
      command: [toolchain.command, "build", "-buildvcs=false", "-o", path] + (variant.flags ?? [])
        + ["./\(scenario.folder)"],
      environment: environment, folder: folder, timeLimit: .seconds(600))
    let evidence = child.run()
    guard evidence.end == .exited(0) else {
      let lines = evidence.errors.split(separator: "\n").filter { !$0.hasPrefix("#") }
      return .failure(
        LabFailure(
          "cannot build \(scenario.folder)", lines.first.map(String.init) ?? "\(evidence.end)",
          "see '\(toolchain.command) build' in \(folder)"))
    }
    return .success(path)
  }

  /// What to type to run a variant.
  func command(_ scenario: GoScenario, _ variant: GoScenario.Variant, underGuard: Bool) -> String {
    let variables = (variant.env ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    if underGuard {
      return "go build ./\(scenario.folder) && belay guard --audit 10 -- ./\(scenario.name) \(variant.program)"
    }
    return (variables + ["go run"] + (variant.flags ?? []) + ["./\(scenario.folder)", variant.program])
      .joined(separator: " ")
  }
}
