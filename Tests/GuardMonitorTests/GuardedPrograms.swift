import Foundation
import GuardMonitor
import Testing

/// The guard and the test programs, built once for all tests with the C compiler of the Swift toolchain.
enum GuardedPrograms {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let folder = FileManager.default.temporaryDirectory.appendingPathComponent("belay-guard-\(UUID().uuidString)")

  /// Where libBelayGuard.so and the programs are; nil, with the compiler's words on standard error, if they cannot be built.
  static let built: URL? = {
    guard run(root.appendingPathComponent("dev/guard-library").path, [folder.path]) == 0 else { return nil }
    let source = root.appendingPathComponent("Tests/Programs/C/faults.c").path
    let program = folder.appendingPathComponent("faults").path
    guard
      run("/usr/bin/env", ["clang", "-g", "-O0", "-Wall", "-Wextra", "-Werror", source, "-o", program, "-lpthread"])
        == 0
    else { return nil }
    return folder
  }()

  /// Runs a program under the guard.
  ///
  /// - Returns: The faults, how it ended, and what it wrote to standard output.
  static func guarded(
    _ arguments: [String], program: URL? = nil, options: GuardOptions = GuardOptions()
  ) throws -> (faults: [GuardFault], end: GuardSession.End, output: String) {
    let (reports, end, output) = try reported(arguments, program: program, options: options)
    let faults: [GuardFault] = reports.compactMap { if case .fault(let fault) = $0 { fault } else { nil } }
    return (faults, end, output)
  }

  /// The same with all that the guard says.
  static func reported(
    _ arguments: [String], program: URL? = nil, options: GuardOptions = GuardOptions()
  ) throws -> (reports: [GuardReport], end: GuardSession.End, output: String) {
    let folder = try #require(built)
    let output = folder.appendingPathComponent(UUID().uuidString)
    // The program's output goes through a shell into a file: the session gives it this process's own.
    let path = (program ?? folder.appendingPathComponent("faults")).path
    let command = ["/bin/sh", "-c", "exec \"$0\" \"$@\" > '\(output.path)' 2>/dev/null", path] + arguments
    let session = try GuardSession(
      command, library: folder.appendingPathComponent("libBelayGuard.so").path, options: options)
    var reports: [GuardReport] = []
    let end = try session.run { reports.append($0) }
    let text = try String(contentsOf: output, encoding: .utf8)
    return (reports, end, text)
  }

  @discardableResult
  static func run(_ program: String, _ arguments: [String], in folder: URL? = nil, environment: [String: String] = [:])
    -> Int32
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    guard (try? process.run()) != nil else { return -1 }
    process.waitUntilExit()
    return process.terminationStatus
  }
}
