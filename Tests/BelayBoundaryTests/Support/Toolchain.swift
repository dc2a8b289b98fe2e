import Foundation

/// Compilers and programs, run by tests, and where this test's own build lies.
enum Toolchain {
  struct Outcome {
    let status: Int32
    let wasSignal: Bool
    let output: String
  }

  static func run(_ tool: String, _ arguments: [String]) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [tool] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, wasSignal: process.terminationReason == .uncaughtSignal, output: output)
  }

  /// Calls a function with a folder of its own, which is gone afterwards.
  static func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("belay-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  /// The folder of the package.
  static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Where this test was built.
  static let build = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    .deletingLastPathComponent()

  /// The objects of the libraries.
  static func objects() throws -> [String] {
    try [
      "Belay", "BelayBoundary", "BelayMap", "BelayMemory", "CBelay", "CBucketRow", "CEpoch", "CLiveMaps", "Executables",
      "Locks", "StackTraces",
    ].flatMap { target in
      let folder = build.appendingPathComponent("\(target).build")
      return try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        .filter { $0.hasSuffix(".o") }.map { folder.appendingPathComponent($0).path }
    }
  }

  /// What makes Swift's compiler find the modules of the libraries.
  static var importFlags: [String] {
    let modules = ["CBelay", "CBucketRow", "CEpoch", "CLiveMaps"].flatMap { module in
      // A target without a module map gets one where it is built.
      let own = package.appendingPathComponent("Sources/\(module)/include/module.modulemap").path
      let made = build.appendingPathComponent("\(module).build/module.modulemap").path
      return ["-Xcc", "-fmodule-map-file=\(FileManager.default.fileExists(atPath: own) ? own : made)"]
    }
    return ["-I", build.appendingPathComponent("Modules").path] + modules
  }
}
