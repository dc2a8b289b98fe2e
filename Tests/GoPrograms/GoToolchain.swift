import Foundation

/// A Go toolchain that builds the programs of the tests.
public struct GoToolchain: Sendable, CustomStringConvertible {
  /// The go command.
  public let command: String
  /// What the tests call it.
  public let description: String

  /// The newest toolchain: BELAY_GO, the distribution of BELAY_TEST_GOROOT, or go on PATH.
  public static let current = find(
    "current",
    [environment["BELAY_GO"], environment["BELAY_TEST_GOROOT"].map { $0 + "/bin/go" }, onPath("go")])
  /// A toolchain before Go 1.24, with classic maps: BELAY_GO_CLASSIC.
  public static let classic = find("classic", [environment["BELAY_GO_CLASSIC"]])
  /// The toolchains that are there.
  public static let all = [current, classic].compactMap { $0 }
  /// Why tests that need a toolchain are left out.
  public static let absence: String =
    "no Go toolchain: run 'dev/test', or set BELAY_GO and BELAY_GO_CLASSIC to go commands"

  private static let environment = ProcessInfo.processInfo.environment

  private static func find(_ name: String, _ candidates: [String?]) -> GoToolchain? {
    candidates.compactMap { $0 }.first { FileManager.default.isExecutableFile(atPath: $0) }.map {
      GoToolchain(command: $0, description: name)
    }
  }

  private static func onPath(_ name: String) -> String? {
    (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }.first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
  }

  /// Builds a program of `Tests/Programs/Go` and returns the path of the executable. Go's own cache makes a second build quick.
  public func build(_ program: String, flags: [String] = []) throws -> String {
    let source = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Programs/Go/\(program)")
    let folder = FileManager.default.temporaryDirectory.appending(path: "belay-programs-\(getuid())-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let name = ([program, description] + flags).joined(separator: "-").map { $0.isLetter || $0.isNumber ? $0 : "-" }
    let output = folder.appending(path: String(name)).path
    return try GoToolchain.lock.withLock {
      if FileManager.default.fileExists(atPath: output) { return output }
      let process = Process()
      process.executableURL = URL(filePath: command)
      process.arguments = ["build", "-o", output] + flags + ["."]
      process.currentDirectoryURL = source
      var variables = ProcessInfo.processInfo.environment
      variables["GOTOOLCHAIN"] = "local"
      variables["GOROOT"] = nil
      variables["GOFLAGS"] = "-mod=mod"
      variables["CGO_ENABLED"] = "1"
      variables["GOWORK"] = "off"
      process.environment = variables
      let errors = Pipe()
      process.standardError = errors
      try process.run()
      let text = errors.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else { throw BuildError(description: String(decoding: text, as: UTF8.self)) }
      return output
    }
  }

  /// What the compiler said.
  struct BuildError: Error, CustomStringConvertible { let description: String }

  private static let lock = NSLock()
}
