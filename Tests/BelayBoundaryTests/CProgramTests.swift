import Foundation
import Testing

/// Programs in C and C++ that use `belay.h`, compiled with all warnings as errors, and run as they are and under Address Sanitizer.
@Suite struct CProgramTests {
  private func outcome(of source: String, compiler: [String], sanitized: Bool = false) throws -> Toolchain.Outcome {
    let programs = Toolchain.package.appendingPathComponent("Tests/BelayBoundaryTests/Programs")
    let header = Toolchain.package.appendingPathComponent("Sources/CBelay/include")
    return try Toolchain.withFolder { folder in
      let object = folder.appendingPathComponent("client.o").path
      let program = folder.appendingPathComponent("client").path
      let compiled = try Toolchain.run(
        compiler[0],
        compiler.dropFirst() + ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-g", "-O1", "-I", header.path]
          + (sanitized ? ["-fsanitize=address"] : [])
          + ["-c", programs.appendingPathComponent(source).path, "-o", object])
      guard compiled.status == 0 else { return compiled }
      let linked = try Toolchain.run(
        "swiftc",
        ["-o", program, object] + Toolchain.objects() + ["-lstdc++"] + (sanitized ? ["-sanitize=address"] : []))
      guard linked.status == 0 else { return linked }
      return try Toolchain.run("env", ["ASAN_OPTIONS=detect_leaks=0", program])
    }
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
    try Toolchain.withFolder { folder in
      let file = folder.appendingPathComponent("client.swift")
      try "import BelayBoundary\nfunc client() throws {\n\(body)\n}\n"
        .write(to: file, atomically: true, encoding: .utf8)
      return try Toolchain.run("swiftc", ["-emit-sil", "-o", "/dev/null"] + Toolchain.importFlags + [file.path]).output
    }
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
