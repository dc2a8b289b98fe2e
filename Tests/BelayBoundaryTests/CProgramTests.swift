import Foundation
import Testing

/// Programs in C and C++ that use `belay.h`, compiled with all warnings as errors, and run as they are and under Address Sanitizer.
@Suite struct CProgramTests {
  private struct Outcome {
    let status: Int32
    let wasSignal: Bool
    let output: String
  }

  private func run(_ tool: String, _ arguments: [String]) throws -> Outcome {
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

  /// The objects of the libraries, where this test was built.
  private func objects() throws -> [String] {
    let folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    return try [
      "BelayBoundary", "BelayMap", "BelayMemory", "CBelay", "CBucketRow", "CEpoch", "CLiveMaps", "StackTraces",
    ].flatMap { target in
      let build = folder.appendingPathComponent("\(target).build")
      return try FileManager.default.subpathsOfDirectory(atPath: build.path)
        .filter { $0.hasSuffix(".o") }.map { build.appendingPathComponent($0).path }
    }
  }

  private func outcome(of source: String, compiler: [String], sanitized: Bool = false) throws -> Outcome {
    let programs = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Programs")
    let header = programs.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Sources/CBelay/include")
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("belay-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let object = folder.appendingPathComponent("client.o").path
    let program = folder.appendingPathComponent("client").path
    let compiled = try run(
      compiler[0],
      compiler.dropFirst() + ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-g", "-O1", "-I", header.path]
        + (sanitized ? ["-fsanitize=address"] : [])
        + ["-c", programs.appendingPathComponent(source).path, "-o", object])
    guard compiled.status == 0 else { return compiled }
    let linked = try run(
      "swiftc",
      ["-o", program, object] + objects() + ["-lstdc++"] + (sanitized ? ["-sanitize=address"] : []))
    guard linked.status == 0 else { return linked }
    return try run("env", ["ASAN_OPTIONS=detect_leaks=0", program])
  }

  @Test(arguments: ["handles.c", "memory.c", "exchange.c"], [false, true])
  func aClientInC(source: String, sanitized: Bool) throws {
    let outcome = try outcome(of: source, compiler: ["clang", "-std=c11"], sanitized: sanitized)
    #expect(outcome.status == 0 && outcome.output.hasSuffix("ok\n"), "\(outcome.output.suffix(3000))")
  }

  @Test(arguments: ["handles.cc", "exchange.cc"], [false, true])
  func aClientInCPlusPlus(source: String, sanitized: Bool) throws {
    let outcome = try outcome(of: source, compiler: ["clang++", "-std=c++17"], sanitized: sanitized)
    #expect(outcome.status == 0 && outcome.output.hasSuffix("ok\n"), "\(outcome.output.suffix(3000))")
  }

  /// What the compiler says to a function that uses an arena.
  private func diagnosis(of body: String) throws -> String {
    let build = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Sources")
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("belay-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("client.swift")
    try "import BelayBoundary\nfunc client() throws {\n\(body)\n}\n".write(to: file, atomically: true, encoding: .utf8)
    let modules = ["CBelay", "CBucketRow", "CEpoch", "CLiveMaps"].flatMap { module in
      // A target without a module map gets one where it is built.
      let own = "\(sources.path)/\(module)/include/module.modulemap"
      let made = build.appendingPathComponent("\(module).build/module.modulemap").path
      return ["-Xcc", "-fmodule-map-file=\(FileManager.default.fileExists(atPath: own) ? own : made)"]
    }
    return try run(
      "swiftc",
      ["-emit-sil", "-o", "/dev/null", "-I", build.appendingPathComponent("Modules").path] + modules + [file.path]
    ).output
  }

  @Test func whatOutlivesAnArenaIsRefused() throws {
    let sound = try diagnosis(of: "_ = try ForeignArena.with { arena in try arena.array([1, 2]).count }")
    #expect(!sound.contains("error:"), "\(sound.prefix(3000))")
    let escaping = try diagnosis(
      of: "let kept: ForeignArray<Int> = try ForeignArena.with { arena in try arena.array([1, 2]) }\n_ = kept.count")
    #expect(escaping.contains("conform to 'Escapable'"), "\(escaping.prefix(3000))")
    let ended = try diagnosis(
      of: "let arena = ForeignArena()\nlet text = try arena.string(\"x\")\narena.end()\n_ = text.utf8Count")
    #expect(ended.contains("cannot be consumed"), "\(ended.prefix(3000))")
  }

  @Test func whoDereferencesAHandleFaults() throws {
    let outcome = try outcome(of: "deref.c", compiler: ["clang", "-std=c11"])
    // `env` replaces itself by the program, so the signal is the program's.
    #expect(outcome.wasSignal && outcome.status == SIGSEGV, "\(outcome.output.suffix(3000))")
  }
}
