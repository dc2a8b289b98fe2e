import Foundation
import TestSupport
import Testing

/// The built executable, run as a child process: what a user meets.
struct BelayCommand {
  struct Outcome {
    var code: Int32
    var output: String
    var errors: String
  }

  static let path = BuiltExecutable.path("belay")

  /// Runs it in a folder with a cache and configuration of its own.
  static func run(_ words: String..., in folder: TemporaryFolder, environment: [String: String] = [:]) throws -> Outcome
  {
    try run(words: words, in: folder, environment: environment)
  }

  /// Likewise, with the words in a list.
  static func run(words arguments: [String], in folder: TemporaryFolder, environment: [String: String] = [:]) throws
    -> Outcome
  {
    try #require(FileManager.default.isExecutableFile(atPath: path), "the executable is not built: \(path)")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    var variables = ProcessInfo.processInfo.environment
    variables["XDG_CACHE_HOME"] = folder.path + "/.cache"
    for name in ["NO_COLOR", "CLICOLOR_FORCE"] { variables[name] = nil }
    variables.merge(environment) { $1 }
    process.environment = variables
    let scratch = try TemporaryFolder()
    let output = try scratch.write("", to: "out")
    let errors = try scratch.write("", to: "err")
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit, "\(arguments) ended by a signal")
    return Outcome(code: process.terminationStatus, output: try scratch.read("out"), errors: try scratch.read("err"))
  }
}
