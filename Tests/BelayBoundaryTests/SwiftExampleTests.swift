import Foundation
import Testing

/// The programs of Examples/Swift, which use C libraries of the system: the sound ones do what they say, those with the usual fault are caught by Address
/// Sanitizer. A library that is not there leaves its programs out; `dev/setup --tests` installs all of them.
@Suite struct SwiftExampleTests {
  private static let sources = Toolchain.package.appendingPathComponent("Examples/Swift/Sources")

  /// Whether a C library's header is there. Anything else that is wrong with it fails the test.
  private static func isThere(_ header: String) -> Bool {
    (try? Toolchain.run("clang", ["-E", "-x", "c", "-include", header, "/dev/null"]).status) == 0
  }

  private func outcome(of example: String, library: String, sanitized: Bool) throws -> Toolchain.Outcome {
    try Toolchain.withFolder { folder in
      let program = folder.appendingPathComponent("example").path
      let map = Self.sources.appendingPathComponent("\(library)/module.modulemap").path
      let files = try FileManager.default.contentsOfDirectory(atPath: Self.sources.appendingPathComponent(example).path)
        .filter { $0.hasSuffix(".swift") }.map { Self.sources.appendingPathComponent("\(example)/\($0)").path }
      let compiled = try Toolchain.run(
        "swiftc",
        ["-parse-as-library", "-swift-version", "6", "-warnings-as-errors", "-module-name", example, "-o", program]
          + ["-Xcc", "-fmodule-map-file=\(map)"] + Toolchain.importFlags + files
          // The programs with the fault know nothing of Belay.
          + (sanitized ? ["-sanitize=address"] : Toolchain.objects()))
      guard compiled.status == 0 else { return compiled }
      return try Toolchain.run("env", ["ASAN_OPTIONS=detect_leaks=0", program])
    }
  }

  @Test(.enabled(if: Self.isThere("sqlite3.h"), "needs SQLite's header (Debian: libsqlite3-dev)"))
  func aHookOfSQLite() throws {
    let sound = try outcome(of: "UpdateHook", library: "CSQLite", sanitized: false)
    #expect(
      sound.status == 0 && sound.output == "changes: 1\nlate calls: 1\ndatabase closed: true\n", "\(sound.output)")
    let fault = try outcome(of: "UpdateHookUnmanaged", library: "CSQLite", sanitized: true)
    #expect(fault.status != 0 && fault.output.contains("heap-use-after-free"), "\(fault.output.prefix(3000))")
  }

  @Test(.enabled(if: Self.isThere("uv.h"), "needs libuv's header (Debian: libuv1-dev)"))
  func aTimerOfLibuv() throws {
    let sound = try outcome(of: "Ticker", library: "CUV", sanitized: false)
    #expect(sound.status == 0 && sound.output == "ticks: 1\nlate calls: 1\n", "\(sound.output)")
    let fault = try outcome(of: "TickerUnmanaged", library: "CUV", sanitized: true)
    #expect(fault.status != 0 && fault.output.contains("heap-use-after-free"), "\(fault.output.prefix(3000))")
  }
}
