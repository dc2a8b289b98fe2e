import Foundation
import GuardMonitor
import Testing

/// Real programs under the real guard.
@Suite(.serialized)
struct GuardTests {
  @Test(arguments: [
    ("read-after-free", GuardFault.Kind.useAfterFree, GuardFault.Access.read, "read_after_free"),
    ("write-after-free", .useAfterFree, .write, "write_after_free"),
    ("read-behind", .overflow, .read, "read_behind"),
    ("write-behind-by-one", .corruptedNeighbourhood, .unknown, "session_free"),
    ("read-before", .underflow, .read, "read_before"),
    ("write-before-by-one", .corruptedNeighbourhood, .unknown, "session_free"),
    ("free-twice", .doubleFree, .unknown, "session_free"),
    ("free-inside", .invalidFree, .unknown, "session_free"),
    ("old-after-realloc", .useAfterFree, .read, "keep_old_after_realloc"),
  ])
  func catchesTheFault(_ name: String, _ kind: GuardFault.Kind, _ access: GuardFault.Access, _ function: String) throws
  {
    let (faults, end, _) = try GuardedPrograms.guarded([name])
    let fault = try #require(faults.first)
    #expect(faults.count == 1)
    #expect(fault.kind == kind)
    #if arch(x86_64)
      #expect(fault.access == access)
    #endif
    #expect(fault.stack.frames.first?.function == function)
    let block = try #require(fault.block)
    #expect(block.allocated.frames.first?.function == "session_new")
    let isFreed = [.useAfterFree, .doubleFree, .corruptedNeighbourhood].contains(kind)
    #expect((block.freed != nil) == isFreed)
    if name != "old-after-realloc", isFreed { #expect(block.freed?.frames.first?.function == "session_free") }
    // What the program itself does about it comes after the report: nothing, so the system ends it.
    let isAccess = [.useAfterFree, .overflow, .underflow].contains(kind)
    #expect(end == .killed(signal: isAccess ? SIGSEGV : SIGABRT))
  }

  @Test func saysWhereInTheSource() throws {
    let fault = try #require(try GuardedPrograms.guarded(["read-after-free"]).faults.first)
    try #require(GuardedPrograms.run("/usr/bin/env", ["llvm-symbolizer", "--version"]) == 0)
    let frame = try #require(fault.stack.frames.first)
    #expect(frame.file?.hasSuffix("Tests/Programs/C/faults.c") == true)
    let line = try #require(frame.line)
    let source = try String(contentsOfFile: #require(frame.file), encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(source[line - 1].contains("sink = session[3]"))
    #expect(
      fault.text.hasPrefix(
        "belay guard: use after free: a read of memory that was freed, in `read_after_free` (faults.c:"))
    #expect(fault.text.contains("the block has 10 bytes at 0x"))
    #expect(fault.text.contains("this is byte 3 of it"))
  }

  @Test(arguments: ["threads", "fork", "functions", "much", "signals"])
  func leavesASoundProgramAlone(_ name: String) throws {
    let (faults, end, output) = try GuardedPrograms.guarded([name])
    #expect(faults.isEmpty)
    #expect(end == .exited(0))
    #expect(output == (name == "fork" ? "parent's 0\n" : "fine\n"))
  }

  @Test func guardsOnlyASampleWhenAskedTo() throws {
    var options = GuardOptions()
    options.sample = 1_000_000
    let (faults, end, output) = try GuardedPrograms.guarded(["threads"], options: options)
    #expect(faults.isEmpty)
    #expect(end == .exited(0))
    #expect(output == "fine\n")
  }

  @Test func lendsTheFaultToTheProgramsOwnHandler() throws {
    let (faults, end, output) = try GuardedPrograms.guarded(["own-handler"])
    #expect(faults.map(\.kind) == [.useAfterFree])
    #expect(end == .exited(0))
    #expect(output == "handled 1, own handler 1\n")
  }

  @Test func leavesOtherFaultsToTheProgram() throws {
    let (faults, end, _) = try GuardedPrograms.guarded(["null"])
    #expect(faults.isEmpty)
    #expect(end == .killed(signal: SIGSEGV))
  }

  @Test func reportsAChildsFault() throws {
    let (faults, end, output) = try GuardedPrograms.guarded(["fault-in-child"])
    #expect(faults.map(\.kind) == [.useAfterFree])
    #expect(end == .exited(0))
    #expect(output == "signal 11\n")
  }

  @Test func saysWhatCannotBeRun() throws {
    let library = try #require(GuardedPrograms.built).appendingPathComponent("libBelayGuard.so").path
    #expect(throws: GuardFailure.self) { try GuardSession([], library: library, options: GuardOptions()) }
    #expect {
      _ = try GuardSession(["/does/not/exist"], library: library, options: GuardOptions())
    } throws: { error in
      "\(error)".hasPrefix("cannot run /does/not/exist: No such file or directory;")
    }
    #expect {
      _ = try GuardSession(["true"], library: "/does/not/exist.so", options: GuardOptions())
    } throws: { error in
      "\(error)".hasPrefix("cannot load the guard: there is no /does/not/exist.so;")
    }
  }

  /// Without a monitor the guard reports by itself.
  @Test func reportsWithoutAMonitor() throws {
    let folder = try #require(GuardedPrograms.built)
    let process = Process()
    process.executableURL = folder.appendingPathComponent("faults")
    process.arguments = ["free-twice"]
    process.environment = ["LD_PRELOAD": folder.appendingPathComponent("libBelayGuard.so").path]
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(text.hasPrefix("belay guard: double free at 0x"))
    #expect(text.contains("freed by thread"))
  }

  @Test func refusesSettingsThatItDoesNotKnow() throws {
    let folder = try #require(GuardedPrograms.built)
    let status = GuardedPrograms.run(
      folder.appendingPathComponent("faults").path, ["functions"],
      environment: ["LD_PRELOAD": folder.appendingPathComponent("libBelayGuard.so").path, "BELAY_GUARD": "sample=0"])
    #expect(status == 2)
  }

  @Test(.enabled(if: goRoot != nil, "set BELAY_TEST_GOROOT to a Go distribution to run this"))
  func catchesAGoProgramsFault() throws {
    let go = URL(fileURLWithPath: try #require(goRoot))
    let folder = try #require(GuardedPrograms.built)
    let program = folder.appendingPathComponent("stale-session")
    let status = GuardedPrograms.run(
      go.appendingPathComponent("bin/go").path, ["build", "-o", program.path, "./stale-session/faulty"],
      in: GuardedPrograms.root.appendingPathComponent("Examples/Go"),
      environment: ["CGO_ENABLED": "1", "GOTOOLCHAIN": "local", "GOROOT": go.path, "GOFLAGS": "-mod=mod"])
    try #require(status == 0)
    let (faults, end, _) = try GuardedPrograms.guarded([], program: program)
    let fault = try #require(faults.first)
    #expect(faults.count == 1)
    #expect(fault.kind == .useAfterFree)
    #expect(fault.stack.frames.first?.function == "main.main")
    // The stacks lead through C's code into Go's.
    let allocation = fault.block?.allocated.frames.compactMap(\.function) ?? []
    #expect(allocation.contains { $0.hasSuffix("_Cfunc_session_open") })
    #expect(allocation.contains("main.main"))
    #expect(fault.block?.freed?.frames.contains { $0.function == "main.main" } == true)
    // Go's own handler prints its traceback and ends the process.
    #expect(end == .exited(2))
    // The process was read while it was held.
    let holder = try #require(fault.holders.first)
    #expect(fault.holders.count == 1 && holder.entries == 1 && holder.count == 1 && holder.role == .values)
    #expect(holder.path?.hasPrefix("main.sessions") == true)
    #expect(holder.key == "\"alice\"")
    #expect(fault.text.contains("  held by main.sessions"))
    #expect(fault.text.contains("1 of 1 entry, as its value; its key is \"alice\"\n"))
  }
}

private let goRoot = ProcessInfo.processInfo.environment["BELAY_TEST_GOROOT"]
